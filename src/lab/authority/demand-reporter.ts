/**
 * Turns the register into the timeline's lines: one per platform and day (UTC) on which a demand was filed or decided,
 * and one for all that was before the story's start. Also files the platforms' own suits, one a day for the demands
 * that they contest.
 */
import type { AuthorityEvent } from "./events.ts";
import type { Register } from "./register.ts";
import { addTally, emptyTally, type GrowingTally } from "./tally.ts";

export const DAY_MS = 86_400_000;

export type DemandsEvent = Extract<AuthorityEvent, { kind: "demands" }>;

export class DemandReporter {
  readonly #register: Register;
  readonly #startMs: number;
  readonly #endMs: number;
  readonly #totals = new Map<string, GrowingTally>();
  #reportedMs = Number.NEGATIVE_INFINITY;

  constructor(register: Register, startMs: number, endMs: number) {
    this.#register = register;
    this.#startMs = startMs;
    this.#endMs = endMs;
  }

  /** When the next report is due: the start, then the end of each day with something to tell, and the story's end. */
  get nextMs(): number {
    const activityMs = this.#register.nextActivityMs(this.#reportedMs);
    if (activityMs === Number.POSITIVE_INFINITY) return activityMs;
    if (activityMs < this.#startMs) return this.#startMs;
    const dayEndMs = Math.floor(activityMs / DAY_MS) * DAY_MS + DAY_MS;
    return activityMs < this.#endMs ? Math.min(dayEndMs, this.#endMs) : dayEndMs;
  }

  /** At `nextMs`, once all decisions that fall due before are made. */
  report(atMs: number): DemandsEvent[] {
    const activityMs = this.#register.nextActivityMs(this.#reportedMs);
    const dayStartMs = Math.floor(activityMs / DAY_MS) * DAY_MS;
    const fromMs = Math.max(this.#reportedMs, atMs <= this.#startMs ? activityMs : dayStartMs);
    const reports = this.#register.report(fromMs, atMs);
    this.#reportedMs = atMs;
    return reports.map(({ platform, sum, categories }) => {
      const total = this.#totals.get(platform) ?? emptyTally();
      this.#totals.set(platform, total);
      addTally(total, sum);
      return {
        atMs,
        kind: "demands",
        platform,
        fromMs,
        untilMs: atMs,
        ...sum,
        categories: Object.fromEntries([...categories].map(([name, tally]) => [name, { ...tally }])),
        total: { ...total },
      };
    });
  }
}
