import { expect, it } from "vitest";
import type { Place } from "../probe/pairs/arms.ts";
import { readTarget } from "../probe/probe-target.ts";
import type { MeasureCommon, Measured } from "./probe-measure.ts";
import type { ProbeVerdict } from "./probe-record.ts";
import { measureRounds, type RoundMeans } from "./probe-rounds.ts";
import { TAINT_MS, TaintedServers } from "./tainted-servers.ts";

const [A, B]: [Place, Place] = [
  { address: "192.0.2.1", port: 443 },
  { address: "192.0.2.2", port: 443 },
];
const COMMON = { budgetBytes: 20e6, budgetMs: 30_000 } as MeasureCommon;

/** Measures a target, whose name taints some servers, after another. */
class Bench {
  readonly tainted = new TaintedServers();
  readonly asked: { readonly at: string | undefined; readonly bytes: number; readonly ms: number }[] = [];
  nowMs = 0;
  seconds = 8;

  async measure(controlServers: readonly Place[], taints: readonly Place[]): Promise<Measured> {
    const means = { controlServers, tainted: this.tainted, signal: new AbortController().signal };
    const measure = async (
      server: Place | undefined,
      _: unknown,
      common: MeasureCommon,
    ): Promise<Measured> => {
      this.asked.push({ at: server?.address, bytes: common.budgetBytes, ms: common.budgetMs });
      const verdict = {
        bytes: 4e6,
        seconds: this.seconds,
        evidence: [] as string[],
      } as unknown as ProbeVerdict;
      const isTainted = server !== undefined && taints.includes(server);
      const surroundings = { findings: [], unseen: [] };
      const visits = { reaches: [], controlReaches: [] };
      return { verdict, surroundings, observations: [], ...visits, ...(isTainted ? { isTainted } : {}) };
    };
    const target = readTarget("x.test");
    if (typeof target === "string") throw new Error(target);
    return measureRounds(target, COMMON, means as unknown as RoundMeans, {
      measure,
      nowMs: () => this.nowMs,
    });
  }
}

it("does not begin with a server that the target before tainted, until boxes may have forgotten", async () => {
  const bench = new Bench();
  const places = (): (string | undefined)[] => bench.asked.splice(0).map(({ at }) => at);
  await bench.measure([A, B], [A]);
  expect(places()).toEqual([A.address, B.address]);
  await bench.measure([A, B], []);
  expect(places()).toEqual([B.address]);
  bench.nowMs = TAINT_MS;
  await bench.measure([A, B], []);
  expect(places()).toEqual([A.address]);
});

it("measures without one when none is left, and says so", async () => {
  const bench = new Bench();
  await bench.measure([A, B], [A, B]);
  const { verdict } = await bench.measure([A, B], []);
  expect(bench.asked.at(-1)!.at).toBeUndefined();
  expect(verdict.evidence).toEqual([expect.stringMatching(/^measured without a control server: .* tainted/)]);
  expect((await bench.measure([], [])).verdict.evidence).toEqual([]);
});

it("has one budget for all control servers", async () => {
  const bench = new Bench();
  const { verdict } = await bench.measure([A, B], [A]);
  expect(bench.asked).toEqual([
    { at: A.address, bytes: 20e6, ms: 30_000 },
    { at: B.address, bytes: 16e6, ms: 22_000 },
  ]);
  expect(verdict).toMatchObject({ bytes: 8e6, seconds: 16 });
  const late = new Bench();
  late.seconds = 26;
  await late.measure([A, B], [A]);
  expect(late.asked).toHaveLength(1);
});
