/** How many pairs of a comparison are wanted next, by what those that have ended show. */
import type { Compared } from "./compare-flows.ts";
import type { PairJudgement } from "./pair-judgement.ts";
import { SIDE_PAIRS } from "./slow-judgement.ts";
import { LEAST_ALIKE, LEAST_RAGGED } from "./thresholds.ts";

const MORE_PAIRS = 2;

/** A few first, which show a rate limit; then as many as the test by pairs takes; and some more while it is not decided. */
export function want(compared: Compared, first: number): PairJudgement["wanted"][number] {
  const { comparison, direction, heldRate } = compared;
  const done = wholePairs(compared);
  const least = isOdd(compared) ? LEAST_ALIKE : SIDE_PAIRS;
  const steps = [least, ...(heldRate?.kind === "ragged" ? [LEAST_RAGGED] : []), first];
  return { comparison, direction, pairs: steps.find((step) => done < step) ?? done + MORE_PAIRS };
}

/** Whose two flows have ended; looks at the control alone are of no pair. */
export function wholePairs({ targets, controls }: Compared): number {
  return Math.min(targets.length, controls.length);
}

/** What breaks, or is delayed, takes more pairs to be told from chance than what is held to a rate. */
export function isOdd({ delayed, targets }: Compared): boolean {
  return delayed > 0 || targets.some(({ broken }) => broken !== undefined);
}
