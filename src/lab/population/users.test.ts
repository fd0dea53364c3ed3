import { expect, it } from "vitest";
import { testScenario } from "../../../test/lab/population-scenario.ts";
import { binomialLowerTail, binomialUpperTail } from "../../stats/binomial.ts";
import { median } from "../../stats/quantile.ts";
import { populationOf } from "./config.ts";
import { drawUsers, type Users } from "./users.ts";
import { networkPlaces } from "./vantage-points.ts";

/** One wrong alarm in a million assertions. */
const RARE = 5e-7;

const scenario = testScenario();
const places = networkPlaces(scenario);
const config = populationOf(scenario, {
  users: 20_000,
  vpnShare: 0.1,
  wrongClockShare: 0.04,
  misregisteredShare: 0.03,
  kindWeights: { mobile: 30, landline: 60, abroad: 0, inside: 10 },
});
const users = drawUsers(config, places);

function expectShare(isOne: (user: number) => boolean, share: number): void {
  let count = 0;
  for (let user = 0; user < users.count; user++) if (isOne(user)) count++;
  expect(binomialUpperTail(count, users.count, share)).toBeGreaterThan(RARE);
  expect(binomialLowerTail(count, users.count, share)).toBeGreaterThan(RARE);
}

it("draws users by the configured shares, within binomial bounds", () => {
  expectShare((user) => users.clockOffsetMs[user] !== 0, 0.04);
  expectShare((user) => users.isBrowser[user] === 1, config.browserShare);
  expectShare((user) => users.patienceMs[user]! > 0, config.impatientShare);
  expectShare((user) => users.exit[user]! >= 0, 0.1 * (1 - 0.03));
  const isElsewhere = (user: number) => users.registered[user] !== users.network[user];
  expectShare((user) => isElsewhere(user) && users.exit[user]! < 0, 0.03);
  expectShare((user) => isElsewhere(user) && users.exit[user]! >= 0, 0.1 * 0.97 * 0.5);
  expectShare((user) => places[users.network[user]!]!.kind === "mobile", 0.3);
  expectShare((user) => places[users.network[user]!]!.kind === "inside", 0.1);
});

it("gives plans the median and the spread of their kind, whole hours to wrong clocks", () => {
  const logs = speeds(users, "landline").map((bps) => Math.log(bps / config.plans.landline.medianBps));
  expect(Math.abs(median(logs))).toBeLessThan(0.05);
  const deviation = Math.sqrt(logs.reduce((sum, log) => sum + log * log, 0) / logs.length);
  expect(deviation).toBeCloseTo(config.plans.landline.logDeviation, 1);
  expect([...users.clockOffsetMs].every((ms) => ms % 3_600_000 === 0)).toBe(true);
});

it("keeps clients of one box's devices in /24s of their own, in ranges that no public host has", () => {
  const clientOf = new Map<string, number>();
  for (let user = 0; user < users.count; user++) {
    const prefix = users.prefix[user]!;
    expect(prefix).toMatch(/^(10\.\d{1,3}|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.\d{1,3}\.0\/24$/);
    if (users.exit[user]! >= 0) continue;
    expect(clientOf.get(prefix) ?? users.client[user]).toBe(users.client[user]);
    clientOf.set(prefix, users.client[user]!);
  }
  expect(clientOf.size).toBeGreaterThan(1000);
});

function speeds({ count, network, planBps, exit }: Users, kind: string): number[] {
  return Array.from({ length: count }, (_, user) => user)
    .filter((user) => places[network[user]!]!.kind === kind && exit[user]! < 0)
    .map((user) => planBps[user]!);
}
