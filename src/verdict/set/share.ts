/**
 * The share of a set's votes that say throttled, with Jeffreys' interval Beta(k + 1/2, n - k + 1/2).
 * State: throttled where more than a tenth of the votes are certain to be, ok where fewer than a tenth are, otherwise
 * insufficient. A tenth is where the crowd notes let a partly throttled network begin (share 0.1 to 0.9); five votes are
 * what they ask of a baseline.
 */
import { jeffreysInterval } from "../../stats/beta.ts";
import { isDecided, type Vote } from "./votes.ts";

export const PARTIAL_FROM = 0.1;
export const PARTIAL_TO = 0.9;
export const LEAST_VOTES = 5;

export interface Share {
  readonly state: "throttled" | "ok" | "insufficient";
  readonly throttledVotes: number;
  /** Votes that say something. */
  readonly votes: number;
  /** Votes that say nothing. */
  readonly insufficientVotes: number;
  /** Absent without votes. */
  readonly share?: number;
  /** 95 %. */
  readonly interval?: { readonly low: number; readonly high: number };
  /** Of an insufficient one: in words, with the counts. */
  readonly because?: string;
}

export function shareOf(votes: readonly Vote[]): Share {
  const decided = votes.filter(isDecided);
  const throttledVotes = decided.filter(({ state }) => state === "throttled").length;
  const counts = {
    throttledVotes,
    votes: decided.length,
    insufficientVotes: votes.length - decided.length,
  };
  if (decided.length === 0) return { state: "insufficient", ...counts, because: tooFew(0) };
  const share = throttledVotes / decided.length;
  const interval = jeffreysInterval(throttledVotes, decided.length);
  if (decided.length < LEAST_VOTES)
    return { state: "insufficient", ...counts, share, interval, because: tooFew(decided.length) };
  if (interval.low > PARTIAL_FROM) return { state: "throttled", ...counts, share, interval };
  if (interval.high < PARTIAL_FROM) return { state: "ok", ...counts, share, interval };
  return {
    state: "insufficient",
    ...counts,
    share,
    interval,
    because: `${throttledVotes} of ${decided.length} votes say throttled: that may be more or less than a tenth`,
  };
}

function tooFew(votes: number): string {
  return `not enough votes to say (${votes} of ${LEAST_VOTES} needed)`;
}

/** Whether the share is one of a network that throttles some and not others. */
export function isPartial({ share }: Share): boolean {
  return share !== undefined && share >= PARTIAL_FROM && share <= PARTIAL_TO;
}
