/** How many pairs of a comparison are wanted next, and how large, by what those that have ended show. */
import type { Compared } from "./compare-flows.ts";
import { LEAST_LONG_US } from "./flow.ts";
import { AS_LARGE_SHARE } from "./held-rate.ts";
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

/** Of the comparison that decides: after the first few, larger ones, where a limit would be too fast for those to show it. */
export function wantOfLead(compared: Compared, first: number): Wish {
  const bytes = bytesToShowRate(compared);
  if (bytes === undefined) return want(compared, first);
  const { comparison, direction, targets } = compared;
  const limited = targets.filter(({ rateLimit }) => rateLimit).length;
  // Where three are not enough, more of those that show it.
  if (limited >= LEAST_FLOWS)
    return { ...want(compared, first), ...(first === LEAST_ALIKE ? { bytes } : {}) };
  const inVain = targets.filter(
    ({ rateLimit, observation }) => !rateLimit && (observation.bytes ?? 0) >= AS_LARGE_SHARE * bytes,
  ).length;
  const missing = Math.min(LEAST_FLOWS - limited, MOST_LARGER - limited - inVain);
  if (missing <= 0 || inVain >= LEAST_FLOWS) return want(compared, first);
  return { comparison, direction, pairs: wholePairs(compared) + missing, bytes };
}

/** Slow start, and then a phase that tells the rate within a few percent. */
const LARGER_US = 3_500_000;
/** A limit beyond is told by the test by pairs alone: 4.8 Mbit/s. */
const MOST_LARGER_BYTES = 1_200_000;
/** More would take half of what a target may cost; where three in vain showed no rate, none will. */
const MOST_LARGER = LEAST_FLOWS + 1;
/** Controls are so much faster in the middle, and in three of four pairs: otherwise nobody's bytes are spent on it. */
const LARGER_FACTOR = 1.2;
const BEHIND_SHARE = 0.75;

/** Payload with which flows of a target that is behind would show the rate they are held to, where usual ones end too soon. */
function bytesToShowRate(compared: Compared): number | undefined {
  const { direction, pairs, behind, targets, targetBps, controlBps, isSmall } = compared;
  if (direction === "up" || isSmall || isOdd(compared)) return undefined;
  if (wholePairs(compared) < SIDE_PAIRS || behind < BEHIND_SHARE * pairs) return undefined;
  if (targetBps === undefined || controlBps === undefined || controlBps < LARGER_FACTOR * targetBps)
    return undefined;
  const bytesPerUs = targetBps / 8e6;
  const bytes = Math.round(Math.min(MOST_LARGER_BYTES, bytesPerUs * LARGER_US));
  const usual = targets.flatMap(({ rateLimit, observation }) => (rateLimit ? [] : (observation.bytes ?? [])));
  const isWorthIt = usual.length > 0 && bytes > Math.min(...usual);
  return isWorthIt && bytes >= bytesPerUs * LEAST_LONG_US ? bytes : undefined;
}

/** Whose two flows have ended; looks at the control alone are of no pair. */
export function wholePairs({ targets, controls }: Compared): number {
  return Math.min(targets.length, controls.length);
}

/** What breaks, or is delayed, takes more pairs to be told from chance than what is held to a rate. */
export function isOdd({ delayed, targets }: Compared): boolean {
  return delayed > 0 || targets.some(({ broken }) => broken !== undefined);
}
