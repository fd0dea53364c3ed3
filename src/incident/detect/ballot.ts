/**
 * Attempts become votes: who measures again at once, with the same result, is heard once. Attempts of which nothing is
 * known cast none. Bounds what one place can say, whatever it sends: one vote per place, target, result and two minutes.
 */
import type { Attempt } from "../attempt.ts";

export const SAME_VOICE_MS = 120_000;

/** What trouble is looked for: transfers slow beside their control, first answers that are late, attempts that fail. */
export const NATURES = ["slow", "delayed", "failed"] as const;
export type Nature = (typeof NATURES)[number];

/** An attempt that counts, and what it says on each question (speaks, isTroubleOf): bits, for there are millions. */
export interface Voice {
  readonly attempt: Attempt;
  /** Among all voices, in order of time. */
  readonly at: number;
  readonly says: number;
}

/** Of `says`: something is said, and it is trouble. */
export const SPEAKS: Readonly<Record<Nature, number>> = { slow: 1, delayed: 2, failed: 4 };
export const TROUBLED: Readonly<Record<Nature, number>> = { slow: 8, delayed: 16, failed: 32 };

/** `attempts` in order of time. */
export function voicesOf(attempts: readonly Attempt[]): Voice[] {
  // By place, target and result: when it was last heard. No texts are made for it: there are millions of attempts.
  const heard = new Map<string, Map<string, Float64Array>>();
  const voices: Voice[] = [];
  for (const attempt of attempts) {
    const { outcome, place, target, timeMs } = attempt;
    if (outcome === "unclear") continue;
    const result = outcome === "failed" ? "failed" : (attempt.speed ?? attempt.answer ?? "reached");
    let ofPlace = heard.get(place);
    if (!ofPlace) {
      ofPlace = new Map();
      heard.set(place, ofPlace);
    }
    let lastMs = ofPlace.get(target);
    if (!lastMs) {
      lastMs = new Float64Array(RESULTS.length).fill(Number.NEGATIVE_INFINITY);
      ofPlace.set(target, lastMs);
    }
    const at = RESULTS.indexOf(result);
    if (timeMs - lastMs[at]! < SAME_VOICE_MS) continue;
    lastMs[at] = timeMs;
    voices.push({ attempt, at: voices.length, says: sayingsOf(attempt) });
  }
  return voices;
}

const RESULTS = ["failed", "slow", "fast", "delayed", "prompt", "reached"] as const;

function sayingsOf({ outcome, speed, answer }: Attempt): number {
  const on = (nature: Nature, isTrouble: boolean): number =>
    SPEAKS[nature] | (isTrouble ? TROUBLED[nature] : 0);
  return (
    on("failed", outcome === "failed") |
    (speed === undefined ? 0 : on("slow", speed === "slow")) |
    (answer === undefined ? 0 : on("delayed", answer === "delayed"))
  );
}

export function speaks({ says }: Voice, nature: Nature): boolean {
  return (says & SPEAKS[nature]) !== 0;
}

export function isTroubleOf({ says }: Voice, nature: Nature): boolean {
  return (says & TROUBLED[nature]) !== 0;
}
