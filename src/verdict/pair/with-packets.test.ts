import { expect, it } from "vitest";
import type { SlownessFinding } from "../slowness/finding.ts";
import type { PairJudgement } from "./pair-judgement.ts";
import { withPackets } from "./with-packets.ts";

const HELD: PairJudgement = {
  ...{ state: "throttled", slowness: "policed", isSettled: true, wanted: [], confidence: 0.95 },
  ...{ mechanisms: ["tls.throttle.sni"], evidence: [], ruledOut: [], rateBps: 96_000, heldBps: 96_000 },
};

/** Flows before whose losses delay rose so far. A packet of 1500 bytes takes 125 ms at 96 kbit/s. */
function queued(count: number, riseUs?: number): SlownessFinding[] {
  const one = { slowness: "congested", confidence: 0.7, evidence: ["delay rose"], ruledOut: [] } as const;
  return Array.from({ length: count }, () => ({ ...one, ...(riseUs !== undefined && { riseUs }) }));
}

it("calls a queue a shaper's where packets waited in it", () => {
  expect(withPackets(HELD, queued(3, 400_000)).slowness).toBe("shaped");
});

it("does not where delay varied by less than one packet takes at the rate", () => {
  expect(withPackets(HELD, queued(3, 49_000))).toEqual(HELD);
});

it("takes a queue told by the spacing of packets, where delays are not known, for a shaper's", () => {
  const policed: SlownessFinding = { slowness: "policed", confidence: 0.9, evidence: ["lost"], ruledOut: [] };
  expect(withPackets({ ...HELD, slowness: "shaped" }, [...queued(2), policed]).slowness).toBe("shaped");
});

/** Fits of as many flows, each with an interval of so much to either side. */
function fits(kind: "policed" | "shaped", rates: readonly number[], share = 0.02): SlownessFinding[] {
  return rates.map((rateBps) => {
    const rate = { rateBps, rateLowBps: rateBps * (1 - share), rateHighBps: rateBps * (1 + share) };
    const how =
      kind === "policed"
        ? { policer: { ...rate, scope: "unknown" as const } }
        : { shaper: { ...rate, queueUs: 200_000 } };
    return { slowness: kind, confidence: 0.9, evidence: [kind], ruledOut: [], ...how };
  });
}

const { rateBps: _, slowness: __, heldBps: ___, ...BY_PAIRS } = HELD;
const UNDECIDED: PairJudgement = { ...BY_PAIRS, slowness: "undecided", targetBps: 1.2e6, controlBps: 8e6 };

it("takes kind and rate of three narrow fits that agree, where progress tells neither", () => {
  const judged = withPackets(UNDECIDED, [
    ...fits("policed", [1.3e6, 1.297e6, 1.302e6]),
    ...queued(4, 30_000),
  ]);
  expect(judged).toMatchObject({ slowness: "policed", rateBps: 1.3e6 });
});

it("does not of two, of wide ones, of those that differ, nor of rates below what moved or above the controls", () => {
  const rest = queued(1, 0);
  expect(withPackets(UNDECIDED, [...fits("policed", [1.3e6, 1.3e6]), ...rest])).toEqual(UNDECIDED);
  const rateOf = (findings: SlownessFinding[]): unknown => withPackets(UNDECIDED, findings).rateBps;
  expect(rateOf(fits("policed", [1.3e6, 1.3e6, 1.3e6], 0.2))).toBeUndefined();
  expect(rateOf(fits("policed", [1.2e6, 1.5e6, 2.2e6]))).toBeUndefined();
  expect(rateOf(fits("policed", [0.9e6, 0.9e6, 0.9e6]))).toBeUndefined();
  expect(rateOf(fits("shaped", [9e6, 9e6, 9e6]))).toBeUndefined();
});

it("is the sign of a limit where nothing else is missing, and fits agree", () => {
  const lacking: PairJudgement = { ...BY_PAIRS, state: "insufficient", mechanisms: [], ifLimited: UNDECIDED };
  const agreed = fits("policed", [1.3e6, 1.297e6, 1.302e6, 1.301e6, 1.3e6]);
  const told = { state: "throttled", slowness: "policed", rateBps: 1.3e6 };
  expect(withPackets(lacking, [...agreed, ...queued(4, 30_000)])).toMatchObject(told);
  // Five at least, and most of all.
  expect(withPackets(lacking, agreed.slice(1))).toEqual(lacking);
  expect(withPackets(lacking, [...agreed, ...queued(5, 30_000)])).toEqual(lacking);
  expect(withPackets(lacking, queued(5, 300_000))).toEqual(lacking);
});

it("names the kind alone where most flows' packets tell it, and progress tells no rate", () => {
  const wide = fits("policed", [1.0e6, 1.3e6, 2.2e6], 0.5);
  const judged = withPackets(UNDECIDED, [...wide, ...queued(2, 300_000)]);
  expect(judged.slowness).toBe("policed");
  expect(judged.rateBps).toBeUndefined();
  expect(withPackets(UNDECIDED, [...wide, ...queued(3, 300_000)])).toEqual(UNDECIDED);
});

it("names no rate where flows were kept below the rates that packets tell of, which do not agree", () => {
  const starved: PairJudgement = { ...UNDECIDED, heldBps: 460_000 };
  const judged = withPackets(starved, fits("policed", [1.0e6, 1.3e6, 0.6e6], 0.5));
  expect(judged.slowness).toBe("policed");
  expect(judged.rateBps).toBeUndefined();
});

it("keeps the rate behind a deep bucket, whatever rates one flow's losses allow; and not behind one of some packets", () => {
  // A bench's case (seed 9910, number 37): 157 kbit/s behind 256 kB, lost in a row when it ran dry.
  const wide = [...fits("policed", [865_821, 3_101_723], 0.4), ...fits("policed", [700_000], 0.4)];
  const deep: PairJudgement = { ...HELD, heldBurstBytes: 256_000, controlBps: 5e6 };
  expect(withPackets(deep, wide)).toMatchObject({ slowness: "policed", rateBps: 96_000 });
  expect(withPackets({ ...deep, heldBurstBytes: 6000 }, wide).rateBps).toBeUndefined();
});

it("leaves open what starved flows were held by where delay rose by some packets: other flows fill the line's own queue", () => {
  const starved: PairJudgement = { ...UNDECIDED, heldBps: 460_000 };
  expect(withPackets(starved, queued(6, 40_000))).toEqual(starved);
});

it("takes the rate that flows moved at for a queue's, where most packets waited", () => {
  const judged = withPackets({ ...UNDECIDED, heldBps: 1.2e6 }, queued(3, 300_000));
  expect(judged).toMatchObject({ slowness: "shaped", rateBps: 1.2e6 });
});
