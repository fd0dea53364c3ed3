import { expect, test } from "vitest";
import { seededRandom } from "../../base/random.ts";
import { judgeCountry } from "./judge-country.ts";
import { judgeNetwork } from "./judge-network.ts";
import type { SpeedRow } from "./speed-row.ts";

const DAY_S = 86_400;
const DAYS = 40;
const LIFTED_DAY = 25;

interface Drawn {
  readonly asn: number;
  readonly networkName: string;
  readonly rows: number;
  readonly share: (day: number, place: number) => number;
}

/** Places of seven, a row every (DAYS / rows) days; controls about 5 Mbit/s, caps at 110 kbit/s. */
function drawn({ asn, networkName, rows, share }: Drawn): SpeedRow[] {
  const random = seededRandom(asn);
  return Array.from({ length: rows }, (_, i) => {
    const timeS = Math.floor((i / rows) * DAYS * DAY_S);
    const controlBps = 5e6 * Math.exp(0.5 * random.normal());
    const held = random.next() < share(timeS / DAY_S, i % 7);
    return {
      timeS,
      asn,
      country: "RU",
      networkName,
      place: `${asn} ${i % 7}`,
      controlBps,
      targetBps: held
        ? 110e3 * Math.exp(0.1 * random.normal())
        : controlBps * Math.exp(0.2 * random.normal()),
      lookalikeBps: controlBps * Math.exp(0.2 * random.normal()),
    };
  });
}

const lifted = (day: number) => (day < LIFTED_DAY ? 0.95 : 0);
const rows = [
  ...drawn({ asn: 1, networkName: "PJSC MegaFon", rows: 400, share: lifted }),
  ...drawn({ asn: 2, networkName: "T2 Mobile LLC", rows: 300, share: lifted }),
  ...drawn({ asn: 3, networkName: "Landline", rows: 600, share: (_, place) => (place < 3 ? 1 : 0) }),
  ...drawn({ asn: 4, networkName: "Unaffected", rows: 500, share: () => 0 }),
  ...drawn({ asn: 5, networkName: "Small", rows: 4, share: () => 1 }),
];
const country = judgeCountry(rows, seededRandom(1));
const network = (asn: number) => country.networks.find((one) => one.asn === asn)!;

test("finds the country's cap, with the false-positive rate beside it", () => {
  expect(country.cap.state).toBe("capped");
  if (country.cap.state === "capped") expect(Math.abs(country.cap.capBps - 110e3)).toBeLessThan(2e3);
  expect(country.falsePositives.rule).toBe("known-cap");
  expect(country.falsePositives.lookalike.of).toBe(rows.length);
  expect(country.networks.every(({ falsePositives }) => falsePositives === country.falsePositives)).toBe(
    true,
  );
});

test("judges each network: its share, its spread, its last period", () => {
  expect(country.networks.map(({ asn }) => asn)).toEqual([3, 4, 1, 2, 5]);
  expect(network(3)).toMatchObject({ state: "throttled", spread: { state: "by-place" }, capFrom: "network" });
  expect(network(3).share.share).toBeCloseTo(3 / 7, 1);
  expect(network(4)).toMatchObject({ state: "ok", capFrom: "country" });
  expect(network(4).spread).toBeUndefined();
  expect(network(5)).toMatchObject({ state: "insufficient" });
});

test("dates the end in each mobile network, and calls it ok since then", () => {
  for (const asn of [1, 2]) {
    const { changes, periods, state, watch } = network(asn);
    expect(periods).toHaveLength(2);
    expect(periods.map(({ share }) => share.state)).toEqual(["throttled", "ok"]);
    expect(state).toBe("ok");
    if (changes.state !== "dated") throw new Error(changes.because);
    expect(changes.changes[0]!.fromS).toBeLessThanOrEqual(LIFTED_DAY * DAY_S);
    expect(changes.changes[0]!.toS).toBeGreaterThanOrEqual(LIFTED_DAY * DAY_S - DAY_S / 4);
    expect(watch).toMatchObject({ state: "watched", alarms: [expect.anything()] });
  }
});

test("raises one alarm for the mobile group and none for the landline", () => {
  expect(country.groups.map(({ group, networks }) => [group, networks])).toEqual([
    ["mobile", 2],
    ["landline", 3],
  ]);
  expect(country.groups.map(({ watch }) => watch.alarms.length)).toEqual([1, 0]);
});

test("sees no over-match", () => {
  expect(country.collateral.state).toBe("none-seen");
});

test("one network's result does not depend on the others", () => {
  const context = { falsePositives: country.falsePositives };
  const own = rows.filter(({ asn }) => asn === 3);
  const alone = judgeNetwork(3, own, context, seededRandom(9));
  expect(alone).toEqual(judgeNetwork(3, [...own], context, seededRandom(9)));
  expect(alone.share).toEqual(network(3).share);
});

test("says insufficient of no rows at all", () => {
  expect(judgeNetwork(6, [], { falsePositives: country.falsePositives }, seededRandom(1))).toMatchObject({
    rows: 0,
    state: "insufficient",
    share: { because: "not enough votes to say (0 of 5 needed)" },
    periods: [],
  });
  expect(judgeCountry([], seededRandom(1))).toMatchObject({ rows: 0, networks: [], groups: [] });
});
