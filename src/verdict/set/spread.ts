/**
 * How the throttling of a partly throttled network is spread: over some of its places, or over all of them at random.
 * Intraclass correlation of the rows over places; crowd notes, "A network's share, and how it is spread".
 */
import { intraclassCorrelation } from "../../stats/intraclass.ts";
import type { Vote } from "./votes.ts";

const LEAST_PLACES = 5;
const LEAST_ROWS_OF_PLACE = 5;
const BY_PLACE_ABOVE = 0.6;
const AT_RANDOM_BELOW = 0.3;

export type Spread =
  | {
      /** by-place: part of the subnets; at-random: random, or load-balanced. */
      readonly state: "by-place" | "at-random" | "undecided";
      readonly correlation: number;
      readonly places: number;
    }
  | { readonly state: "insufficient"; readonly because: string; readonly places: number };

/** Of the votes of one network; only decided rows count. */
export function spreadOf(votes: readonly Vote[]): Spread {
  const rows = new Map<string, { successes: number; trials: number }>();
  for (const { place, throttledRows, okRows } of votes) {
    const count = rows.get(place) ?? { successes: 0, trials: 0 };
    count.successes += throttledRows;
    count.trials += throttledRows + okRows;
    rows.set(place, count);
  }
  const classes = [...rows.values()].filter(({ trials }) => trials >= LEAST_ROWS_OF_PLACE);
  const places = classes.length;
  if (places < LEAST_PLACES) {
    const because = `${places} places with ${LEAST_ROWS_OF_PLACE} rows and more, ${LEAST_PLACES} needed`;
    return { state: "insufficient", because, places };
  }
  const correlation = intraclassCorrelation(classes);
  if (correlation === undefined)
    return { state: "insufficient", because: "all rows say the same: there is nothing to spread", places };
  const state =
    correlation > BY_PLACE_ABOVE ? "by-place" : correlation < AT_RANDOM_BELOW ? "at-random" : "undecided";
  return { state, correlation, places };
}
