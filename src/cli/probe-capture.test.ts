import { expect, it } from "vitest";
import type { PairJudgement } from "../verdict/pair/pair-judgement.ts";
import type { SlownessFinding } from "../verdict/slowness/finding.ts";
import { withPackets } from "./probe-capture.ts";

const HELD: PairJudgement = {
  ...{ state: "throttled", slowness: "policed", isSettled: true, wanted: [], confidence: 0.95 },
  ...{ mechanisms: ["tls.throttle.sni"], evidence: [], ruledOut: [], rateBps: 96_000 },
};

/** Three flows before whose losses delay rose so far. A packet of 1500 bytes takes 125 ms at 96 kbit/s. */
function queued(riseUs: number): SlownessFinding[] {
  const one = { slowness: "congested", confidence: 0.7, evidence: ["delay rose"], ruledOut: [] } as const;
  return [1, 2, 3].map(() => ({ ...one, riseUs }));
}

it("calls a queue a shaper's where packets waited in it", () => {
  expect(withPackets(HELD, queued(400_000)).slowness).toBe("shaped");
});

it("does not where delay varied by less than one packet takes at the rate", () => {
  expect(withPackets(HELD, queued(49_000))).toEqual(HELD);
});
