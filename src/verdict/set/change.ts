/**
 * A change of a network's share of throttled votes, with the interval that its time lies in.
 */
import { type ChangePosterior, credibleRange } from "../../stats/change-posterior.ts";
import type { DecidedVote } from "./votes.ts";

/** Crowd notes, "Change over time": at least three votes on each side and thirty in all; shares differ by a fifth. */
export const LEAST_VOTES_OF_SIDE = 3;
export const LEAST_VOTES_FOR_CHANGE = 30;
export const LEAST_DIFFERENCE = 0.2;

export interface ShareChange {
  /** The change happened between these with 95 % probability, given that there was one; seconds since 1970. */
  readonly fromS: number;
  readonly toS: number;
  readonly shareBefore: number;
  readonly shareAfter: number;
  readonly votesBefore: number;
  readonly votesAfter: number;
}

/** throttledBefore[i]: votes that say throttled among the first i. */
export function throttledBefore(votes: readonly DecidedVote[]): Uint32Array {
  const sums = new Uint32Array(votes.length + 1);
  votes.forEach((vote, i) => {
    sums[i + 1] = sums[i]! + (vote.state === "throttled" ? 1 : 0);
  });
  return sums;
}

/** From the votes [from, at) to the votes [at, to). */
export function shareDifference(sums: Uint32Array, from: number, at: number, to: number): number {
  return (sums[to]! - sums[at]!) / (to - at) - (sums[at]! - sums[from]!) / (at - from);
}

/** The change at vote `at` of votes [from, to), whose place is as uncertain as `posterior` says. */
export function shareChange(
  votes: readonly DecidedVote[],
  sums: Uint32Array,
  from: number,
  at: number,
  to: number,
  { firstPlace, weights }: ChangePosterior,
): ShareChange {
  const { first, last } = credibleRange(weights);
  return {
    // Between the vote before the first likely place and the last likely one.
    fromS: votes[firstPlace + first - 1]!.firstS,
    toS: votes[firstPlace + last]!.lastS,
    shareBefore: (sums[at]! - sums[from]!) / (at - from),
    shareAfter: (sums[to]! - sums[at]!) / (to - at),
    votesBefore: at - from,
    votesAfter: to - at,
  };
}
