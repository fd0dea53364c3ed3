/**
 * Where in a series of yes and no something is the matter: stretches in which trouble is far more frequent than it usually
 * is. Scan statistic over time: Kulldorff, "A spatial scan statistic", Communications in Statistics 26 (1997); for each
 * share of trouble considered the best stretch is the one of largest summed log likelihood ratio (Bentley, "Programming
 * Pearls", CACM 27(9), 1984), found in one pass. Only attempts count: a gap in the data adds nothing to either side.
 */

export interface Vote {
  readonly timeMs: number;
  readonly isTrouble: boolean;
}

/** From vote `first` to vote `last`, both included, of the series. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
  readonly votes: number;
  readonly troubles: number;
  /** Summed log likelihood ratio against the usual share. */
  readonly score: number;
  /** When it began and, where it ended, when: between the two times. `fromMs` absent: before the first vote. */
  readonly onset: Bounds;
  /** Absent: it held at the last vote. */
  readonly end?: Bounds;
}

export interface Bounds {
  readonly fromMs?: number;
  readonly toMs: number;
}

/** Shares of trouble considered. */
export const TROUBLE_SHARES = [0.3, 0.6, 0.9] as const;
/** Where the score may begin as well: a support interval, about 95 % (2 units of log likelihood; Edwards, "Likelihood"). */
const SUPPORT = 2;
/** Below it nothing beyond can bring it back into the support: a trouble or two more would have to follow at once. */
const GIVE_UP = 10;
/** Quiet votes after which a stretch counts as ended rather than as holding still. */
const QUIET_VOTES = 3;

/** Votes in order of time, as columns that may be longer than the series: there are series of millions. */
export interface Series {
  readonly timesMs: Float64Array;
  /** 1: trouble. */
  readonly troubles: Uint8Array;
  readonly length: number;
}

/** The best stretch of votes in order of time; undefined where none scores above zero. `usual`: share of trouble, in (0, 1). */
export function bestStretch(votes: readonly Vote[], usual: number): Stretch | undefined {
  const timesMs = new Float64Array(votes.length);
  const troubles = new Uint8Array(votes.length);
  for (let i = 0; i < votes.length; i++) {
    timesMs[i] = votes[i]!.timeMs;
    troubles[i] = votes[i]!.isTrouble ? 1 : 0;
  }
  return bestStretchOf({ timesMs, troubles, length: votes.length }, usual);
}

/** The same of columns. */
export function bestStretchOf(votes: Series, usual: number): Stretch | undefined {
  let best: Stretch | undefined;
  for (const share of TROUBLE_SHARES) {
    if (share <= 2 * usual) continue;
    const found = bestAt(votes, Math.log(share / usual), Math.log((1 - share) / (1 - usual)));
    if (found && (best === undefined || found.score > best.score)) best = found;
  }
  return best;
}

function bestAt(votes: Series, onTrouble: number, onQuiet: number): Stretch | undefined {
  let sum = 0;
  let start = 0;
  let score = 0;
  let first = -1;
  let last = -1;
  const { troubles: isTrouble, length } = votes;
  for (let i = 0; i < length; i++) {
    if (sum <= 0) {
      sum = 0;
      start = i;
    }
    sum += isTrouble[i] === 1 ? onTrouble : onQuiet;
    if (sum > score) {
      score = sum;
      first = start;
      last = i;
    }
  }
  if (first < 0) return undefined;
  const troubles = countTroubles(votes, first, last);
  const weights = { onTrouble, onQuiet };
  const end = endOf(votes, last, weights);
  return {
    ...{ first, last, score, troubles, votes: last - first + 1 },
    onset: onsetOf(votes, first, weights),
    ...(end && { end }),
  };
}

interface Weights {
  readonly onTrouble: number;
  readonly onQuiet: number;
}

/** Moving the start loses likelihood; as far as that stays within the support, it may lie there. */
function onsetOf(votes: Series, first: number, { onTrouble, onQuiet }: Weights): Bounds {
  let earliest = first;
  let change = 0;
  for (let i = first - 1; i >= 0; i--) {
    change += votes.troubles[i] === 1 ? onTrouble : onQuiet;
    if (change >= -SUPPORT) earliest = i;
    else if (change < -GIVE_UP) break;
  }
  let latest = first;
  change = 0;
  for (let i = first; i + 1 < votes.length; i++) {
    change -= votes.troubles[i] === 1 ? onTrouble : onQuiet;
    if (change >= -SUPPORT) latest = i + 1;
    else if (change < -GIVE_UP) break;
  }
  return { ...(earliest > 0 && { fromMs: votes.timesMs[earliest - 1]! }), toMs: votes.timesMs[latest]! };
}

function endOf(votes: Series, last: number, { onTrouble, onQuiet }: Weights): Bounds | undefined {
  if (votes.length - 1 - last < QUIET_VOTES) return undefined;
  let latest = last;
  let change = 0;
  for (let i = last + 1; i < votes.length; i++) {
    change += votes.troubles[i] === 1 ? onTrouble : onQuiet;
    if (change >= -SUPPORT) latest = i;
    else if (change < -GIVE_UP) break;
  }
  let earliest = last;
  change = 0;
  for (let i = last; i > 0; i--) {
    change -= votes.troubles[i] === 1 ? onTrouble : onQuiet;
    if (change >= -SUPPORT) earliest = i - 1;
    else if (change < -GIVE_UP) break;
  }
  if (latest + 1 >= votes.length) return undefined;
  return { fromMs: votes.timesMs[earliest]!, toMs: votes.timesMs[latest + 1]! };
}

function countTroubles(votes: Series, first: number, last: number): number {
  let troubles = 0;
  for (let i = first; i <= last; i++) troubles += votes.troubles[i]!;
  return troubles;
}
