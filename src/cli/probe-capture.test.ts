import { expect, it } from "vitest";
import type { PairJudgement } from "../verdict/pair/pair-judgement.ts";
import type { SlownessFinding } from "../verdict/slowness/finding.ts";
import { withPackets } from "./probe-capture.ts";

const HELD: PairJudgement = {
  ...{ state: "throttled", slowness: "policed", isSettled: true, wanted: [], confidence: 0.95 },
  ...{ mechanisms: ["tls.throttle.sni"], evidence: [], ruledOut: [], rateBps: 96_000 },
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
