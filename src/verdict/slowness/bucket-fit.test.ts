import { describe, expect, it } from "vitest";
import { seededRandom } from "../../base/random.ts";
import { fitBucket } from "./bucket-fit.ts";
import { DROPPED, PASSED, type Traffic } from "./traffic.ts";

/** Packets of 1,518 bytes offered at these times; `passes` decides. Behind the sender, no transfer needed. */
function trafficOf(timesUs: readonly number[], passes: (timeUs: number) => boolean): Traffic {
  const outcome = Uint8Array.from(timesUs, (timeUs) => (passes(timeUs) ? PASSED : DROPPED));
  const afterDrop = Uint8Array.from(timesUs, (timeUs, i) =>
    i > 0 && outcome[i - 1] === DROPPED && timeUs - timesUs[i - 1]! < 20_000 ? 1 : 0,
  );
  const count = timesUs.length;
  return {
    count,
    drops: outcome.filter((value) => value === DROPPED).length,
    originUs: 0,
    timeUs: Float64Array.from(timesUs),
    wireBytes: new Float64Array(count).fill(1518),
    outcome,
    afterDrop,
    delayUs: new Float64Array(count).fill(Number.NaN),
    transfer: new Uint32Array(count),
    segment: new Uint16Array(count),
    selections: [{ transfer: { place: "sender" } as never, from: 0, to: count }],
    overheadBytes: 18,
  };
}

/** Bursts of 20 packets every 100 ms or so, each packet 12 µs behind the one before. */
function bursts(seed: number, count: number): number[] {
  const random = seededRandom(seed);
  const times: number[] = [];
  for (let burst = 0, at = 0; burst < count; burst++, at += 60_000 + 80_000 * random.next()) {
    for (let i = 0; i < 20; i++) times.push(at + 12 * i);
  }
  return times;
}

/** A token bucket, written here from its definition (RFC 2697, section 3, one rate). */
function tokenBucket(rateBps: number, depthBytes: number): (timeUs: number) => boolean {
  let tokens = depthBytes;
  let lastUs = 0;
  return (timeUs) => {
    tokens = Math.min(depthBytes, tokens + (rateBps / 8e6) * (timeUs - lastUs));
    lastUs = timeUs;
    if (tokens < 1518) return false;
    tokens -= 1518;
    return true;
  };
}

describe("fitBucket", () => {
  it.each([
    [1_000_000, 20_000],
    [1_500_000, 100_000],
    [140_000, 16_000],
    [2_000_000, 500_000],
  ])("finds a bucket of %d bit/s and %d bytes", (rateBps, depthBytes) => {
    const traffic = trafficOf(bursts(rateBps, 400), tokenBucket(rateBps, depthBytes));
    const fit = fitBucket(traffic, 100_000)!;
    expect(fit.lowRate * 8e6).toBeLessThanOrEqual(rateBps);
    expect(fit.highRate * 8e6).toBeGreaterThanOrEqual(rateBps);
    expect(fit.best.rate * 8e6).toBeGreaterThan(0.98 * rateBps);
    expect(fit.best.rate * 8e6).toBeLessThan(1.02 * rateBps);
    // The depth is known to a packet.
    expect(Math.abs(fit.best.depthBytes - depthBytes)).toBeLessThan(1518);
    expect(fit.best.share).toBeGreaterThan(0.95);
  });

  it("finds a bucket that earlier traffic had drawn on", () => {
    const bucket = tokenBucket(1_000_000, 300_000);
    for (let i = 0; i < 100; i++) bucket(0);
    const fit = fitBucket(trafficOf(bursts(3, 300), bucket), 100_000)!;
    expect(fit.best.rate * 8e6).toBeGreaterThan(0.99e6);
    expect(fit.best.rate * 8e6).toBeLessThan(1.01e6);
    expect(fit.best.share).toBeGreaterThan(0.9);
  });

  it("explains little of losses at random", () => {
    const random = seededRandom(11);
    const fit = fitBucket(
      trafficOf(bursts(5, 300), () => random.next() > 0.03),
      100_000,
    );
    expect(fit?.best.share ?? 0).toBeLessThan(0.1);
  });

  it("needs two losses", () => {
    let dropped = false;
    const once = (): boolean => {
      if (dropped) return true;
      dropped = true;
      return false;
    };
    expect(fitBucket(trafficOf(bursts(1, 10), once), 100_000)).toBeUndefined();
  });
});
