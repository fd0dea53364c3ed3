/** How many pairs of a comparison are wanted next, and how large, by what those that have ended show. */
import type { Compared } from "./compare-flows.ts";
import { type Flow, LEAST_OBJECT_BYTES } from "./flow.ts";
import { bytesOfHeld, bytesOfLate, largerFlows } from "./larger-flows.ts";
import type { PairJudgement } from "./pair-judgement.ts";
import { SIDE_PAIRS } from "./slow-judgement.ts";
import { LEAST_ALIKE, LEAST_FLOWS, LEAST_RAGGED, OK_ALPHA } from "./thresholds.ts";
import { wholePairs } from "./whole-pairs.ts";

type Wish = PairJudgement["wanted"][number];

const MORE_PAIRS = 2;

/** A few first, which show a rate limit; then as many as the test by pairs takes; and some more while it is not decided. */
export function want(compared: Compared, first: number): Wish {
  const { comparison, direction, heldRate } = compared;
  const done = wholePairs(compared);
  const least = isOdd(compared) ? LEAST_ALIKE : SIDE_PAIRS;
  const steps = [least, ...(heldRate?.kind === "ragged" ? [LEAST_RAGGED] : []), first];
  const pairs = steps.find((step) => done < step) ?? done + MORE_PAIRS;
  return {
    comparison,
    direction,
    pairs,
    ...(pairs === LEAST_ALIKE && isToldByAnAnswer(compared) ? { isBrief: true } : {}),
  };
}

/**
 * Of the comparison that decides: where the target falls behind, larger ones first, if a limit would be too fast for usual ones to
 * show it; and few at once, if controls are not far faster.
 */
export function wantOfLead(compared: Compared, first: number): Wish {
  const lateBytes = isTellingSpeed(compared) ? bytesOfLate(compared) : undefined;
  const seenBytes = isTellingSpeed(compared) ? Math.max(bytesOfHeld(compared) ?? 0, lateBytes ?? 0) : 0;
  const usual = { ...want(compared, first), ...(seenBytes > 0 ? { bytes: seenBytes } : {}) };
  if (!isFallingBehind(compared)) return usual;
  const { targetBps, controlBps } = compared.pace;
  const next = controlBps < NEAR_FACTOR * targetBps ? { ...usual, atOnce: FEW_AT_ONCE } : usual;
  const larger = largerFlows(compared);
  if (larger === undefined) return next;
  const { bytes, pairs, limited } = larger;
  if (pairs > 0) {
    // Behind a deep bucket most of a flow's time is the slow rest of it.
    const isClose = lateBytes === undefined && controlBps < CLOSE_FACTOR * targetBps;
    const inTurn = isClose ? { atOnce: 1 } : {};
    return { ...next, pairs: wholePairs(compared) + pairs, bytes, ...inTurn };
  }
  // Where three are not enough, more of those that show it.
  return limited >= LEAST_FLOWS && first === LEAST_ALIKE ? { ...next, bytes } : next;
}

/** Beyond, the target's flows take so much longer that the line is its controls' most of the time. */
const CLOSE_FACTOR = 3;
/** Four pairs at once leave eight flows a share each of what their controls are faster by. */
const NEAR_FACTOR = 4;
const FEW_AT_ONCE = 2;
/** Controls are so much faster in the middle of the latest pairs, and in each of those or three of four of all: otherwise nobody's time and bytes are spent on it, unless the bet says so. */
const LARGER_FACTOR = 1.2;
const BEHIND_SHARE = 0.75;

/** Or the bet says so: a deep bucket lets usual flows by, but for their last part. */
function isFallingBehind(compared: Compared): boolean {
  const { pairs, behind, pace, aheadCapital } = compared;
  if (!isTellingSpeed(compared) || pairs < SIDE_PAIRS || pace.targetBps === 0) return false;
  const isMostly = pace.behind === pace.pairs || behind >= BEHIND_SHARE * pairs;
  const isByBet = aheadCapital >= 1 / OK_ALPHA;
  return isMostly && (isByBet || pace.controlBps >= LARGER_FACTOR * pace.targetBps);
}

/** What breaks, or is late, or comes in small objects, is told by other things. */
function isTellingSpeed(compared: Compared): boolean {
  return compared.direction === "down" && !compared.isSmall && !isOdd(compared);
}

/** Late, or broken, within so few bytes that brief flows meet the same. */
function isToldByAnAnswer(compared: Compared): boolean {
  const isEarly = ({ broken, observation: { bytes = 0 } }: Flow): boolean =>
    broken === undefined || bytes < LEAST_OBJECT_BYTES;
  return isOdd(compared) && compared.targets.every(isEarly);
}

/** What breaks, or is delayed, takes more pairs to be told from chance than what is held to a rate. */
export function isOdd({ delayed, targets }: Compared): boolean {
  return delayed > 0 || targets.some(({ broken }) => broken !== undefined);
}
