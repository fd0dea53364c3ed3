/** Flows behind the simulator's policers; what progress or single fits said of them is given. */
import { expect, it } from "vitest";
import { pathsOf } from "../../../test/policing/traces.ts";
import { simulate } from "../../../test/simulator/simulate.ts";
import type { Transfer } from "../../transfer/transfer.ts";
import type { PairJudgement } from "./pair-judgement.ts";
import { withLikeBuckets } from "./with-like-buckets.ts";

const BYTES = 150_000;

function downloads(rateBps: number, burstBytes: number, rttUs: number): Transfer[] {
  const { capture } = simulate({
    seed: 7,
    flows: [0, 1, 2, 3].map((i) => ({ requests: [{ bytes: BYTES }], startUs: i * 15_000_000 })),
    ...{ rttUs, jitterUs: 1000, capture: { at: "receiver" } },
    devices: [{ kind: "policer", rateBps, burstBytes, scope: "flow", overheadBytes: 0 }],
  });
  return pathsOf(capture).flatMap(({ transfers }) =>
    transfers.flatMap((ofDirection) =>
      ofDirection.filter(({ segments }) => segments.some(({ payloadBytes }) => payloadBytes > BYTES / 2)),
    ),
  );
}

function judged(rateBps: number | undefined, heldBps: number): PairJudgement {
  return {
    ...{ state: "throttled", slowness: "policed", isSettled: true, wanted: [], confidence: 0.95 },
    ...{ mechanisms: ["tls.throttle.sni"], evidence: [], ruledOut: [], heldBps, controlBps: 5e6 },
    ...(rateBps === undefined ? {} : { rateBps, rateLowBps: rateBps * 0.98, rateHighBps: rateBps * 1.02 }),
  };
}

const STARVED = downloads(300_000, 6000, 60_000);

it("takes the rate of all flows for what starved ones moved at, or where none was told", () => {
  for (const rateBps of [230_000, undefined]) {
    const judgement = withLikeBuckets(judged(rateBps, 230_000), STARVED);
    expect(judgement.slowness).toBe("policed");
    expect(Math.abs(judgement.rateBps! / 300_000 - 1)).toBeLessThan(0.05);
    expect(judgement.rateLowBps!).toBeLessThanOrEqual(300_000);
    expect(judgement.rateHighBps!).toBeGreaterThanOrEqual(300_000);
    expect(Math.abs(judgement.burstBytes! - 6000)).toBeLessThan(1500);
    expect(judgement.evidence.join()).toContain("buckets alike");
  }
});

it("withdraws a rate that the packets of all rule out, where they leave the box's open", () => {
  const judgement = withLikeBuckets(judged(400_000, 400_000), downloads(600_000, 6000, 60_000));
  expect(judgement).not.toHaveProperty("rateBps");
  expect(judgement.slowness).toBe("policed");
});

it("withdraws what narrow fits to single flows agreed on, where the packets of all rule it out, and keeps it where not", () => {
  const agreed = (rateBps: number): PairJudgement => ({ ...judged(rateBps, 230_000), isRateAgreed: true });
  expect(withLikeBuckets(agreed(230_000), STARVED)).not.toHaveProperty("rateBps");
  expect(withLikeBuckets(agreed(300_000), STARVED)).toEqual(agreed(300_000));
});

it("mends a shaper's rate that the packets of all rule out, and no other", () => {
  const shaped = (rateBps: number): PairJudgement => ({ ...judged(rateBps, 230_000), slowness: "shaped" });
  const mended = withLikeBuckets(shaped(230_000), STARVED);
  expect(Math.abs(mended.rateBps! / 300_000 - 1)).toBeLessThan(0.05);
  expect(mended.slowness).toBe("shaped");
  expect(withLikeBuckets(shaped(300_000), STARVED)).toEqual(shaped(300_000));
});

it("changes nothing where the time is over", () => {
  expect(withLikeBuckets(judged(230_000, 230_000), STARVED, () => true)).toEqual(judged(230_000, 230_000));
});

it("leaves what was told of deeper buckets, of fewer flows, and of other kinds", () => {
  const told = judged(300_000, 300_000);
  expect(withLikeBuckets(told, downloads(300_000, 64_000, 60_000))).toEqual(told);
  const starved = judged(230_000, 230_000);
  expect(withLikeBuckets(starved, STARVED.slice(0, 2))).toEqual(starved);
  const undecided: PairJudgement = { ...starved, slowness: "undecided" };
  expect(withLikeBuckets(undecided, STARVED)).toEqual(undecided);
});
