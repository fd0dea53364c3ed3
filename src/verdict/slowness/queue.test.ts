import { describe, expect, it } from "vitest";
import { type BucketScore, emptyScore, FROM_FULL } from "./bucket-score.ts";
import type { DelaySigns } from "./delay-signs.ts";
import { judgeQueue } from "./queue.ts";
import type { Traffic } from "./traffic.ts";

const quiet: DelaySigns = {
  samples: 1000,
  dropSamples: 100,
  baseUs: 100_000,
  medianUs: 100_500,
  p90Us: 101_000,
  inflationUs: 400,
  lowInflationUs: 200,
  rank: 0.5,
  expectedUs: 200_000,
  slope: 0,
  r2: 0,
};
const fit: BucketScore = {
  ...emptyScore(),
  mode: FROM_FULL,
  share: 0.95,
  gain: 400,
  burstyGain: 100,
  depthBytes: 50_000,
  rate: 0.125,
};
const captured = (place: "sender" | "receiver"): Traffic =>
  ({ selections: [{ transfer: { place } }] }) as unknown as Traffic;

describe("judgeQueue", () => {
  it("sees no queue where delay does not rise before losses", () => {
    const sign = judgeQueue(captured("sender"), quiet, fit, 20);
    expect(sign.queue).toBe("no");
    expect(sign.because).toContain("400 µs above the base");
    expect(sign.because).toContain("would have added 200 ms");
  });

  it("sees a queue where delay follows the backlog", () => {
    const sign = judgeQueue(
      captured("sender"),
      { ...quiet, slope: 0.98, r2: 0.97, inflationUs: 190_000 },
      fit,
      20,
    );
    expect(sign.queue).toBe("yes");
  });

  it("sees a queue where half of the packets waited longer than a round trip", () => {
    expect(judgeQueue(captured("sender"), { ...quiet, medianUs: 250_000 }, undefined, 20).queue).toBe("yes");
  });

  it("is not misled by jitter that has nothing to do with the backlog", () => {
    const jitter = {
      ...quiet,
      inflationUs: 8_000,
      lowInflationUs: 3_000,
      rank: 0.8,
      expectedUs: 25_000,
      p90Us: 115_000,
    };
    expect(judgeQueue(captured("sender"), jitter, fit, 20).queue).toBe("no");
  });

  it("cannot tell without delays", () => {
    expect(judgeQueue(captured("sender"), { ...quiet, dropSamples: 2 }, fit, 20).queue).toBe("unknown");
  });

  it("knows at the receiver that a queue lets no burst through faster than its rate", () => {
    const sign = judgeQueue(captured("receiver"), { ...quiet, dropSamples: 0 }, fit, 20);
    expect(sign.queue).toBe("no");
    expect(sign.because).toContain("bursts of 50.0 kB");
  });
});
