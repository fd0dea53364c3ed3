import { describe, expect, it } from "vitest";
import { foreseenPairs, hasToldEnough, type SoFar } from "./is-enough.ts";
import { LEAST_ALIKE } from "./thresholds.ts";

/** After 16 kB at once, held evenly to a rate for so long. */
function shapedFor(seconds: number, rateBps = 146_000): SoFar {
  const samples = Array.from({ length: seconds * 20 }, (_, index) => ({
    elapsedUs: 300_000 + index * 50_000,
    bytes: 16_000 + Math.round((index * 50_000 * rateBps) / 8e6),
  }));
  const all = [{ elapsedUs: 250_000, bytes: 3000 }, ...samples];
  return {
    ...{ samples: all, durationUs: all.at(-1)!.elapsedUs, rttUs: 60_000 },
    ...{ connectUs: 60_000, handshakeUs: 130_000 },
  };
}

describe("a running transfer", () => {
  it("has told enough after four seconds at one rate, and sooner where only a limit is asked for", () => {
    expect([3, 4.2].map((seconds) => hasToldEnough(shapedFor(seconds)))).toEqual([false, true]);
    expect([2.2, 3].map((seconds) => hasToldEnough(shapedFor(seconds), true))).toEqual([false, true]);
  });

  it("has told enough sooner where one line was met again and again, and later where few packets come", () => {
    expect([2, 2.5].map((seconds) => hasToldEnough(shapedFor(seconds, 2_000_000)))).toEqual([false, true]);
    // 48 packets of 1448 bytes take 5.6 s at 100 kbit/s; at 65 kbit/s 8.6, of which 7 are waited for.
    expect([5.3, 5.9].map((seconds) => hasToldEnough(shapedFor(seconds, 100_000)))).toEqual([false, true]);
    expect([6.7, 7.3].map((seconds) => hasToldEnough(shapedFor(seconds, 65_000)))).toEqual([false, true]);
  });

  it("shows by a late handshake that more pairs will be needed", () => {
    const silent = (durationUs: number): SoFar => ({
      ...{ samples: [{ elapsedUs: 60_000, bytes: 0 }], durationUs, connectUs: 60_000 },
    });
    expect(foreseenPairs(silent(500_000))).toBeUndefined();
    expect(foreseenPairs(silent(1_000_000))).toEqual({ pairs: LEAST_ALIKE, isBrief: true });
    expect(foreseenPairs(shapedFor(4.5))).toBeUndefined();
  });

  it("is not thought late while it is not even connected", () => {
    expect(foreseenPairs({ samples: [], durationUs: 3_000_000 })).toBeUndefined();
  });
});
