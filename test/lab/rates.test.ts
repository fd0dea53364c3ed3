/**
 * The rate that a policed flow gets, for buckets and distances as they occur: 130-150 kbit/s of TCP payload as published
 * (Xue et al., IMC 2021), counted from captures at the receiving end.
 */
import { describe, expect, it } from "vitest";
import { runInCell, whyNoLab } from "./in-cell.ts";
import { onQuietMachine } from "./quiet-machine.ts";
import type { RateLine, RateTrial } from "./rate-trial.ts";

const WINDOW_S = 5;
const RATE_KBPS = 146;
const PUBLISHED = { low: 130, high: 150 };
/** On a busy machine a sender stands still now and then, and takes later what its bucket saved. */
const SAVED_SHARE = 0.04;
const WITHIN_SHARE = 0.99;

describe.skipIf(whyNoLab)(`policed flows${whyNoLab ? ` (skipped: ${whyNoLab})` : ""}`, () => {
  it("get 130-150 kbit/s of payload in each 5 s, whatever bucket, distance and direction", (context) =>
    onQuietMachine(context, async () => {
      const trial: RateTrial = {
        rttsMs: [0, 10, 60],
        burstsKb: [6, 16, 64, 256],
        flows: 2,
        seconds: 31,
        windowS: WINDOW_S,
      };
      const lines = await runInCell<RateLine>("rate-trial.ts", trial);
      expect(lines).toHaveLength(3 * 4 * 2 * trial.flows);
      for (const { burstKb, windowsKbps } of lines) {
        // Headers are counted by the box and not here.
        expect(windowsKbps[0]!).toBeLessThanOrEqual(RATE_KBPS + (8 * burstKb) / WINDOW_S);
        const later = windowsKbps.slice(1);
        expect(later.length).toBeGreaterThanOrEqual(4);
        const mean = later.reduce((sum, one) => sum + one, 0) / later.length;
        expect(mean).toBeGreaterThan(PUBLISHED.low);
        expect(mean).toBeLessThan(PUBLISHED.high);
        for (const kbps of later) {
          expect(kbps).toBeGreaterThan(PUBLISHED.low * (1 - SAVED_SHARE));
          expect(kbps).toBeLessThan(PUBLISHED.high * (1 + SAVED_SHARE));
        }
      }
      const windows = lines.flatMap(({ windowsKbps }) => windowsKbps.slice(1));
      const within = windows.filter((kbps) => kbps >= PUBLISHED.low && kbps <= PUBLISHED.high).length;
      console.log(
        `${lines.length} flows: ${within} of ${windows.length} windows within 130-150 kbit/s, ` +
          `${Math.min(...windows).toFixed(1)} to ${Math.max(...windows).toFixed(1)}`,
      );
      expect(within / windows.length).toBeGreaterThanOrEqual(WITHIN_SHARE);
    }));
});
