/**
 * Dates the changes of one network's share afterwards, with all votes in view: best segments (PELT, penalty 3 ln n,
 * segments of three votes and more), of which borders between shares that differ by less than a fifth are taken away.
 * Each date is an interval. Crowd notes, "Change over time", 3, whose constants these are.
 */
import { changePosterior, JeffreysMarginal } from "../../stats/change-posterior.ts";
import { peltChanges } from "../../stats/pelt.ts";
import {
  LEAST_DIFFERENCE,
  LEAST_VOTES_FOR_CHANGE,
  LEAST_VOTES_OF_SIDE,
  type ShareChange,
  shareChange,
  throttledBefore,
} from "./change.ts";
import type { DecidedVote } from "./votes.ts";

const PENALTY_PER_LOG_VOTE = 3;
/** Only the relative weight of places is asked for, which no hazard changes. */
const ANY_HAZARD = 0.5;

export interface DatedChange extends ShareChange {
  /** Number of the first vote after the change, from 0. */
  readonly at: number;
}

export type ChangeDates =
  | { readonly state: "dated"; readonly changes: readonly DatedChange[]; readonly votes: number }
  | { readonly state: "insufficient"; readonly because: string; readonly votes: number };

/** Votes of one network in order of time. */
export function dateChanges(votes: readonly DecidedVote[]): ChangeDates {
  const count = votes.length;
  if (count < LEAST_VOTES_FOR_CHANGE) {
    const because = `not enough votes to date a change (${count} of ${LEAST_VOTES_FOR_CHANGE} needed)`;
    return { state: "insufficient", because, votes: count };
  }
  const sums = throttledBefore(votes);
  const borders = withoutSmall(
    [0, ...peltChanges(sums, PENALTY_PER_LOG_VOTE * Math.log(count), LEAST_VOTES_OF_SIDE), count],
    sums,
  );
  const marginal = new JeffreysMarginal();
  const changes: DatedChange[] = [];
  for (let i = 1; i + 1 < borders.length; i++) {
    const [from, at, to] = [borders[i - 1]!, borders[i]!, borders[i + 1]!];
    const posterior = changePosterior(sums, ANY_HAZARD, LEAST_VOTES_OF_SIDE, marginal, from, to)!;
    changes.push({ at, ...shareChange(votes, sums, from, at, to, posterior) });
  }
  return { state: "dated", changes, votes: count };
}

/** Takes away the border between the two most alike segments, again and again, until all differ enough. */
function withoutSmall(borders: readonly number[], sums: Uint32Array): number[] {
  const left = [...borders];
  const share = (i: number): number => (sums[left[i]!]! - sums[left[i - 1]!]!) / (left[i]! - left[i - 1]!);
  for (;;) {
    let smallest = LEAST_DIFFERENCE;
    let where = 0;
    for (let i = 1; i + 1 < left.length; i++) {
      const difference = Math.abs(share(i + 1) - share(i));
      if (difference < smallest) {
        smallest = difference;
        where = i;
      }
    }
    if (where === 0) return left;
    left.splice(where, 1);
  }
}
