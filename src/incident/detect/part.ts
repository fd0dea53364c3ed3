/**
 * Who was part of an event: each target, or each network, by its own votes while it lasted, against what is usual for it.
 * Part is what the event's share of trouble explains better than the usual one, over the whole time: who was troubled for
 * a while only, or always, has an event of his own.
 */
import type { Part } from "../event.ts";
import { bestStretch, type Vote } from "./scan.ts";

/** Log likelihood ratios from which a side is taken: e to the 2 = 7 to 1. */
const TAKES_SIDE = 2;
/** For who has nothing in common with the others but the time: two troubles and no quiet vote. */
export const TAKES_SIDE_ALONE = 6;
/** As much quiet before or after one's own trouble: another time. */
const ANOTHER_TIME = 3;
const LEAST_SHARE = 0.3;
const LARGEST_SHARE = 0.95;
const LARGEST_USUAL = 0.9;

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface PartJudgement {
  readonly part: Part;
  readonly troubles: number;
  readonly votes: number;
}

/**
 * `votes`: all of one target or network, in order of time. `share`: of trouble among the affected; `usual`: elsewhere.
 * `leastSupport`: how much its votes must say to be counted in.
 */
export function judgePart(
  votes: readonly Vote[],
  { fromMs, toMs }: Window,
  share: number,
  usual: number,
  leastSupport = TAKES_SIDE,
): PartJudgement {
  const inside = votes.filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs);
  const troubles = count(inside);
  const counts = { troubles, votes: inside.length };
  const outside = votes.length - inside.length;
  const own = outside === 0 ? usual : (count(votes) - troubles + usual) / (outside + 1);
  const p1 = Math.min(LARGEST_SHARE, Math.max(LEAST_SHARE, share));
  const p0 = Math.min(LARGEST_USUAL, Math.max(usual, own));
  if (inside.length === 0) return { part: "insufficient", ...counts };
  if (p0 >= p1) return { part: "spared", ...counts };
  const onTrouble = Math.log(p1 / p0);
  const onQuiet = Math.log((1 - p1) / (1 - p0));
  const support = troubles * onTrouble + (inside.length - troubles) * onQuiet;
  if (support < -TAKES_SIDE) return { part: "spared", ...counts };
  if (support < leastSupport) return { part: "insufficient", ...counts };
  const stretch = bestStretch(inside, p0);
  if (!stretch) return { part: "insufficient", ...counts };
  const quietBefore = inside
    .slice(0, stretch.first)
    .reduce((sum, { isTrouble }) => sum + (isTrouble ? onTrouble : onQuiet), 0);
  const quietAfter = inside
    .slice(stretch.last + 1)
    .reduce((sum, { isTrouble }) => sum + (isTrouble ? onTrouble : onQuiet), 0);
  const isElsewhen = quietBefore < -ANOTHER_TIME || quietAfter < -ANOTHER_TIME;
  return { part: isElsewhen ? "spared" : "affected", ...counts };
}

function count(votes: readonly Vote[]): number {
  return votes.reduce((sum, { isTrouble }) => sum + (isTrouble ? 1 : 0), 0);
}
