/**
 * Rows become votes: one per network, place and 6 hours of UTC, since one place may send hundreds of rows. A vote is what
 * most of its decided rows say; a tie, or no decided row, is a vote that says nothing ("insufficient").
 * Inside 5-minute bins a source may list rows by address and speed, so votes that begin in the same bin are put in a
 * seeded random order before anything looks at them one after another. Crowd notes, "About the data".
 */
import type { Random } from "../../base/random.ts";
import type { PairState } from "./known-cap.ts";
import { type SpeedRow, UNKNOWN_PLACE } from "./speed-row.ts";

export const VOTE_S = 6 * 3600;
const BIN_S = 300;

export interface Vote {
  readonly asn: number;
  readonly place: string;
  /** Of its first and its last row, in seconds since 1970. */
  readonly firstS: number;
  readonly lastS: number;
  readonly state: PairState;
  readonly throttledRows: number;
  readonly okRows: number;
  readonly insufficientRows: number;
}

/** A vote that says something. */
export type DecidedVote = Vote & { readonly state: "throttled" | "ok" };

/** Of several votes, which may overlap in time. */
export function latestS(votes: readonly Vote[]): number {
  return votes.reduce((latest, { lastS }) => Math.max(latest, lastS), Number.NEGATIVE_INFINITY);
}

interface Tally {
  readonly asn: number;
  readonly place: string;
  firstS: number;
  lastS: number;
  readonly rows: Record<PairState, number>;
}

/** In order of their first row's time. */
export function votesOf(
  rows: readonly SpeedRow[],
  judge: (row: SpeedRow) => PairState,
  random: Random,
): Vote[] {
  const tallies = new Map<string, Tally>();
  for (const row of rows) {
    const { timeS, asn, place = UNKNOWN_PLACE } = row;
    const key = `${asn} ${Math.floor(timeS / VOTE_S)} ${place}`;
    let tally = tallies.get(key);
    if (!tally) {
      tally = { asn, place, firstS: timeS, lastS: timeS, rows: { throttled: 0, ok: 0, insufficient: 0 } };
      tallies.set(key, tally);
    }
    tally.firstS = Math.min(tally.firstS, timeS);
    tally.lastS = Math.max(tally.lastS, timeS);
    tally.rows[judge(row)]++;
  }
  // By key first, so that the order of the rows given does not matter.
  const votes = [...tallies.keys()].sort().map((key) => voteOf(tallies.get(key)!));
  return inRandomOrderWithinBins(votes, random);
}

function voteOf({ asn, place, firstS, lastS, rows }: Tally): Vote {
  const { throttled, ok, insufficient } = rows;
  return {
    asn,
    place,
    firstS,
    lastS,
    state: throttled > ok ? "throttled" : ok > throttled ? "ok" : "insufficient",
    throttledRows: throttled,
    okRows: ok,
    insufficientRows: insufficient,
  };
}

/** In order of time, and in a random one among votes that begin in the same 5 minutes. */
export function inRandomOrderWithinBins(votes: readonly Vote[], random: Random): Vote[] {
  const bin = (vote: Vote): number => Math.floor(vote.firstS / BIN_S);
  // The sort is stable: what was shuffled stays so inside a bin.
  return random.shuffle(votes).sort((a, b) => bin(a) - bin(b));
}

export function isDecided(vote: Vote): vote is DecidedVote {
  return vote.state !== "insufficient";
}
