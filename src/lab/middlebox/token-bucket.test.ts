import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TWITTER_RATE_BPS } from "../../rules/action.ts";
import { Shaper } from "./shaper.ts";
import { REFUSED, TokenBucket } from "./token-bucket.ts";

describe("the token bucket", () => {
  it("starts full and is empty after its burst", () => {
    const bucket = new TokenBucket(8_000, 3000);
    expect([1500, 1500, 1].map((bytes) => bucket.admit(bytes, 0))).toEqual([0, 0, REFUSED]);
  });

  it("brings 18,250 bytes/s in steps of one µs, to the byte", () => {
    const bucket = new TokenBucket(TWITTER_RATE_BPS, 1500);
    bucket.admit(1500, 0);
    let passed = 0;
    for (let us = 1; us <= 2_000_000; us++) if (bucket.admit(1, us) !== REFUSED) passed++;
    expect(passed).toBe(2 * 18_250);
  });

  it("says the same whatever the steps in between", () => {
    const steps = fc.array(fc.integer({ min: 1, max: 100_000 }), { maxLength: 50 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), steps, (rateBps, waits) => {
        const often = new TokenBucket(rateBps, 64_000);
        const once = new TokenBucket(rateBps, 64_000);
        often.admit(64_000, 0);
        once.admit(64_000, 0);
        let us = 0;
        for (const wait of waits) {
          us += wait;
          often.admit(64_001, us);
        }
        const bytes = Math.min(64_000, Math.floor((us * rateBps) / 8e6));
        expect(often.admit(bytes, us)).toBe(us);
        expect(once.admit(bytes, us)).toBe(us);
        expect(often.admit(1, us)).toBe(once.admit(1, us));
      }),
    );
  });

  it("holds no more than its burst after any time", () => {
    const bucket = new TokenBucket(1e9, 2000);
    bucket.admit(2000, 0);
    expect(bucket.admit(2000, 1e15)).toBe(1e15);
    expect(bucket.admit(1, 1e15)).toBe(REFUSED);
  });

  it("gives nothing for a clock that trembles, and goes on after one that was set back", () => {
    const bucket = new TokenBucket(8_000_000, 1000);
    bucket.admit(1000, 5_000_000);
    for (let i = 0; i < 100; i++) bucket.admit(1, 5_000_000 - 10 * (i % 2));
    expect(bucket.admit(1, 5_000_000)).toBe(REFUSED);
    expect(bucket.admit(1, 1000)).toBe(REFUSED);
    expect(bucket.admit(10, 1010)).toBe(1010);
  });
});

describe("the shaper", () => {
  it("delays each packet until those before it and its own bytes are paid for", () => {
    const shaper = new Shaper(8_000_000, 1000, 10_000);
    expect([1000, 500, 1000].map((bytes) => shaper.admit(bytes, 0))).toEqual([0, 500, 1500]);
  });

  it("refuses what finds the queue full, and takes it when there is room", () => {
    const shaper = new Shaper(8_000_000, 0, 1000);
    expect([600, 600, 400].map((bytes) => shaper.admit(bytes, 0))).toEqual([600, REFUSED, 1000]);
    expect(shaper.admit(600, 600)).toBe(1600);
  });

  it("keeps the order, and its rate over the long run", () => {
    const shaper = new Shaper(TWITTER_RATE_BPS, 3000, 1e6);
    let last = 0;
    for (let i = 0; i < 500; i++) {
      const until = shaper.admit(1460, i * 1000);
      expect(until).toBeGreaterThanOrEqual(last);
      last = until;
    }
    expect(last).toBe(Math.ceil(((500 * 1460 - 3000) * 8e6) / TWITTER_RATE_BPS));
  });
});
