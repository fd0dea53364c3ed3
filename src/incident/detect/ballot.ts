/**
 * Attempts become votes: who measures again at once, with the same result, is heard once. Attempts of which nothing is
 * known cast none. Bounds what one place can say, whatever it sends: one vote per place, target, result and two minutes.
 */
import type { Attempt } from "../attempt.ts";
import type { Vote } from "./scan.ts";

export const SAME_VOICE_MS = 120_000;

/** What trouble is looked for: transfers slow beside their control, first answers that are late, attempts that fail. */
export const NATURES = ["slow", "delayed", "failed"] as const;
export type Nature = (typeof NATURES)[number];

/** An attempt that counts, and what it says on each question; absent: nothing. */
export interface Voice {
  readonly attempt: Attempt;
  readonly says: Readonly<Partial<Record<Nature, Vote>>>;
}

/** `attempts` in order of time. */
export function voicesOf(attempts: readonly Attempt[]): Voice[] {
  const heard = new Map<string, number>();
  const voices: Voice[] = [];
  for (const attempt of attempts) {
    if (attempt.outcome === "unclear") continue;
    const result = attempt.outcome === "failed" ? "failed" : (attempt.speed ?? attempt.answer ?? "reached");
    const key = `${attempt.place} ${attempt.target} ${result}`;
    const last = heard.get(key);
    if (last !== undefined && attempt.timeMs - last < SAME_VOICE_MS) continue;
    heard.set(key, attempt.timeMs);
    voices.push({ attempt, says: sayingsOf(attempt) });
  }
  return voices;
}

function sayingsOf({ timeMs, outcome, speed, answer }: Attempt): Voice["says"] {
  return {
    failed: { timeMs, isTrouble: outcome === "failed" },
    ...(speed !== undefined && { slow: { timeMs, isTrouble: speed === "slow" } }),
    ...(answer !== undefined && { delayed: { timeMs, isTrouble: answer === "delayed" } }),
  };
}
