/** What a picture draws grey is what the judge counts as a stall, on a transfer that runs into a bucket again and again. */
import { expect, it } from "vitest";
import { standstills } from "../../dashboard/pages/measurement/standstills.ts";
import { findRateLimit } from "../../src/verdict/pair/rate-limit.ts";

/** Every 50 ms a look: 18 kB each second, of which the first 200 ms bring everything. */
const STEP_US = 50_000;
const CYCLE = 20;
const SECONDS = 10;
const samples = Array.from({ length: CYCLE * SECONDS }, (_, at) => ({
  elapsedUs: (at + 1) * STEP_US,
  bytes: 18_000 * Math.floor(at / CYCLE) + Math.min(4, (at % CYCLE) + 1) * 4_500,
}));

it("finds as many standstills within the limited phase as the judge's gaps", () => {
  for (const rttUs of [undefined, 30_000, 100_000]) {
    const limit = findRateLimit(samples, rttUs)!;
    expect(limit.kind).toBe("saw-tooth");
    const drawn = standstills(samples, rttUs, limit).filter(({ fromUs }) => fromUs >= limit.sinceUs);
    expect(drawn).toHaveLength(limit.gaps);
    // Sixteen of twenty looks in each second saw nothing new.
    for (const { fromUs, toUs } of drawn) expect(toUs - fromUs).toBe(17 * STEP_US);
  }
});

it("draws none where pauses are shorter than five round trips", () => {
  expect(standstills(samples, 200_000, undefined)).toEqual([]);
});
