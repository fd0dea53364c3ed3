/** Counts of demands: how many were filed, and what became of those whose decision is due. */
import { DEMAND_OUTCOMES, type DemandOutcome } from "../scenario/story.ts";

export type Tally = Readonly<Record<"filed" | DemandOutcome, number>>;
export type GrowingTally = { -readonly [key in keyof Tally]: number };

export function emptyTally(): GrowingTally {
  return { filed: 0, removed: 0, refused: 0, sued: 0, answered: 0 };
}

export function addTally(to: GrowingTally, more: Tally): void {
  to.filed += more.filed;
  for (const outcome of DEMAND_OUTCOMES) to[outcome] += more[outcome];
}

export function decidedOf(tally: Tally): number {
  return tally.removed + unfulfilledOf(tally);
}

/** Decided, and not followed. */
export function unfulfilledOf({ refused, sued, answered }: Tally): number {
  return refused + sued + answered;
}
