/** How many pairs of a comparison are wanted next, and how large, by what those that have ended show. */
import type { Compared } from "./compare-flows.ts";
import { type Flow, LEAST_LONG_US } from "./flow.ts";
import type { PairJudgement } from "./pair-judgement.ts";
import { SIDE_PAIRS } from "./slow-judgement.ts";
import { LEAST_ALIKE, LEAST_FLOWS, LEAST_RAGGED } from "./thresholds.ts";

type Wish = PairJudgement["wanted"][number];

const MORE_PAIRS = 2;

/** A few first, which show a rate limit; then as many as the test by pairs takes; and some more while it is not decided. */
export function want(compared: Compared, first: number): Wish {
  const { comparison, direction, heldRate } = compared;
  const done = wholePairs(compared);
  const least = isOdd(compared) ? LEAST_ALIKE : SIDE_PAIRS;
  const steps = [least, ...(heldRate?.kind === "ragged" ? [LEAST_RAGGED] : []), first];
  return { comparison, direction, pairs: steps.find((step) => done < step) ?? done + MORE_PAIRS };
}

/**
 * Of the comparison that decides: where the target falls behind, larger ones first, if a limit would be too fast for usual ones to
 * show it; and few at once, if controls are not far faster.
 */
export function wantOfLead(compared: Compared, first: number): Wish {
  if (!isFallingBehind(compared)) return want(compared, first);
  const { pairedTargetBps = 0, pairedControlBps = 0 } = compared;
  const isClose = pairedControlBps < CLOSE_FACTOR * pairedTargetBps;
  const next = { ...want(compared, first), ...(isClose ? { atOnce: FEW_AT_ONCE } : {}) };
  const bytes = bytesToShowRate(compared);
  if (bytes === undefined) return next;
  const { targets, controls } = compared;
  const limited = targets.filter(({ rateLimit }) => rateLimit).length;
  const isLarge = ({ observation }: Flow): boolean => (observation.bytes ?? 0) >= LARGE_SHARE * bytes;
  const larger = Math.max(...[targets, controls].map((flows) => flows.filter(isLarge).length));
  const asLarge = controls.filter((flow) => flow.rateLimit || flow.isLong || isLarge(flow)).length;
  const inVain = targets.filter((flow) => !flow.rateLimit && isLarge(flow)).length;
  // Three that show it, and where those are large three controls to hold them against.
  const missing = LEAST_FLOWS - Math.min(limited, asLarge);
  if (missing > 0 && larger < MOST_LARGER && inVain < LEAST_FLOWS)
    return {
      ...{ ...next, pairs: wholePairs(compared) + Math.min(missing, MOST_LARGER - larger), bytes },
      ...(isClose ? { atOnce: 1 } : {}),
    };
  // Where three are not enough, more of those that show it.
  return limited >= LEAST_FLOWS && first === LEAST_ALIKE ? { ...next, bytes } : next;
}

/** Slow start, and then a phase that tells the rate within a few percent. */
const LARGER_US = 3_500_000;
/** A limit beyond is told by the test by pairs alone: 4.8 Mbit/s. */
const MOST_LARGER_BYTES = 1_200_000;
/** More would take half of what a target may cost; where three in vain showed no rate, none will. */
const MOST_LARGER = LEAST_FLOWS + 1;
/** The speed of flows moves, and what is asked for with it. */
const LARGE_SHARE = 0.6;
/** Beyond, the target's flows take so much longer that the line is its controls' most of the time. */
const CLOSE_FACTOR = 3;
const FEW_AT_ONCE = 2;
/** Controls are so much faster in the middle, and in three of four pairs: otherwise nobody's time and bytes are spent on it. */
const LARGER_FACTOR = 1.2;
const BEHIND_SHARE = 0.75;

/** Of whole pairs: what steers the flows beside a control that still runs must not know how its target did. */
function isFallingBehind(compared: Compared): boolean {
  const { direction, pairs, behind, pairedTargetBps, pairedControlBps, isSmall } = compared;
  if (direction === "up" || isSmall || isOdd(compared)) return false;
  if (pairs < SIDE_PAIRS || behind < BEHIND_SHARE * pairs) return false;
  if (pairedTargetBps === undefined || pairedControlBps === undefined) return false;
  return pairedControlBps >= LARGER_FACTOR * pairedTargetBps;
}

/** Payload with which flows of a target that is behind would show the rate they are held to, where usual ones end too soon. */
function bytesToShowRate({ targets, pairedTargetBps = 0 }: Compared): number | undefined {
  const bytesPerUs = pairedTargetBps / 8e6;
  const bytes = Math.round(Math.min(MOST_LARGER_BYTES, bytesPerUs * LARGER_US));
  const usual = targets.flatMap(({ rateLimit, observation }) => (rateLimit ? [] : (observation.bytes ?? [])));
  const isWorthIt = usual.length > 0 && bytes > Math.min(...usual);
  return isWorthIt && bytes >= bytesPerUs * LEAST_LONG_US ? bytes : undefined;
}

/** At most so many have ended with both of their flows; looks at the control alone are of no pair. */
export function wholePairs({ targets, controls }: Compared): number {
  return Math.min(targets.length, controls.length);
}

/** What breaks, or is delayed, takes more pairs to be told from chance than what is held to a rate. */
export function isOdd({ delayed, targets }: Compared): boolean {
  return delayed > 0 || targets.some(({ broken }) => broken !== undefined);
}
