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

/** The best stretch of a series in order of time; undefined where none scores above zero. `usual`: share of trouble, in (0, 1). */
export function bestStretch(votes: readonly Vote[], usual: number): Stretch | undefined {
  let best: Stretch | undefined;
  for (const share of TROUBLE_SHARES) {
    if (share <= 2 * usual) continue;
    const found = bestAt(votes, Math.log(share / usual), Math.log((1 - share) / (1 - usual)));
    if (found && (best === undefined || found.score > best.score)) best = found;
  }
  return best;
}

function bestAt(votes: readonly Vote[], onTrouble: number, onQuiet: number): Stretch | undefined {
  let sum = 0;
  let start = 0;
  let score = 0;
  let first = -1;
  let last = -1;
  for (const [i, { isTrouble }] of votes.entries()) {
    if (sum <= 0) {
      sum = 0;
      start = i;
    }
    sum += isTrouble ? onTrouble : onQuiet;
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
function onsetOf(votes: readonly Vote[], first: number, { onTrouble, onQuiet }: Weights): Bounds {
  let earliest = first;
  let change = 0;
  for (let i = first - 1; i >= 0; i--) {
    change += votes[i]!.isTrouble ? onTrouble : onQuiet;
    if (change >= -SUPPORT) earliest = i;
    else if (change < -GIVE_UP) break;
  }
  let latest = first;
  change = 0;
  for (let i = first; i + 1 < votes.length; i++) {
    change -= votes[i]!.isTrouble ? onTrouble : onQuiet;
    if (change >= -SUPPORT) latest = i + 1;
    else if (change < -GIVE_UP) break;
  }
  const before = votes[earliest - 1];
  return { ...(before && { fromMs: before.timeMs }), toMs: votes[latest]!.timeMs };
}

function endOf(votes: readonly Vote[], last: number, { onTrouble, onQuiet }: Weights): Bounds | undefined {
  if (votes.length - 1 - last < QUIET_VOTES) return undefined;
  let latest = last;
  let change = 0;
  for (let i = last + 1; i < votes.length; i++) {
    change += votes[i]!.isTrouble ? onTrouble : onQuiet;
    if (change >= -SUPPORT) latest = i;
    else if (change < -GIVE_UP) break;
  }
  let earliest = last;
  change = 0;
  for (let i = last; i > 0; i--) {
    change -= votes[i]!.isTrouble ? onTrouble : onQuiet;
    if (change >= -SUPPORT) earliest = i - 1;
    else if (change < -GIVE_UP) break;
  }
  const after = votes[latest + 1];
  return after && { fromMs: votes[earliest]!.timeMs, toMs: after.timeMs };
}

function countTroubles(votes: readonly Vote[], first: number, last: number): number {
  let troubles = 0;
  for (let i = first; i <= last; i++) if (votes[i]!.isTrouble) troubles++;
  return troubles;
}
