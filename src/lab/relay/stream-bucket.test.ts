import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StreamBucket } from "./stream-bucket.ts";

const RATE_BPS = 146_000;
const BURST_BYTES = 16_000;

/** A sender that always has more: when each packet left, asked as often as it is told to ask. */
function departures(bucket: StreamBucket, packetBytes: number, packets: number): number[] {
  const times: number[] = [];
  let nowUs = 0;
  while (times.length < packets) {
    const passage = bucket.take(packetBytes, nowUs);
    if (passage.kind === "leaves") times.push(passage.atUs);
    else if (passage.kind === "waits") nowUs = passage.untilUs;
  }
  return times;
}

describe("a limit on a stream", () => {
  it("lets the burst pass at once and the rest at its rate", () => {
    const times = departures(new StreamBucket(RATE_BPS, BURST_BYTES, 0), 1500, 110);
    expect(times.filter((us) => us === 0)).toHaveLength(10);
    const rate = (100 * 1500 * 8e6) / (times.at(-1)! - times[9]!);
    expect(rate).toBeGreaterThan(RATE_BPS * 0.99);
    expect(rate).toBeLessThan(RATE_BPS * 1.01);
  });

  it("takes what fits into its queue and gives it a time", () => {
    const bucket = new StreamBucket(RATE_BPS, 1500, 3000);
    expect(bucket.take(1500, 0)).toEqual({ kind: "leaves", atUs: 0 });
    expect(bucket.take(1500, 0)).toEqual({ kind: "leaves", atUs: 82_192 });
    expect(bucket.take(1500, 0)).toEqual({ kind: "leaves", atUs: 164_384 });
    expect(bucket.take(1500, 0)).toEqual({ kind: "waits", untilUs: 82_192 });
  });

  it("lets a whole packet pass, however small its burst", () => {
    expect(new StreamBucket(RATE_BPS, 0, 0).take(1500, 0).kind).toBe("leaves");
  });

  it("never lets more pass than burst and rate allow", () => {
    const sizes = fc.array(fc.integer({ min: 52, max: 1500 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 50_000 }), (packets, queueBytes) => {
        const bucket = new StreamBucket(RATE_BPS, BURST_BYTES, queueBytes);
        let nowUs = 0;
        let passed = 0;
        for (const bytes of packets) {
          let passage = bucket.take(bytes, nowUs);
          while (passage.kind === "waits") {
            nowUs = passage.untilUs;
            passage = bucket.take(bytes, nowUs);
          }
          if (passage.kind !== "leaves") return false;
          passed += bytes;
          if (passed > BURST_BYTES + ((passage.atUs + 1) * RATE_BPS) / 8e6) return false;
        }
        return true;
      }),
    );
  });
});
