/** How many pairs of a comparison are wanted next, and how large, by what those that have ended show. */
import type { Compared } from "./compare-flows.ts";
import type { PairJudgement } from "./pair-judgement.ts";
import { SIDE_PAIRS } from "./slow-judgement.ts";
import { LEAST_STRAIGHT_US } from "./straight-limit.ts";
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
  const limited = compared.targets.filter(({ rateLimit }) => rateLimit).length;
  // Where three are not enough, more of those that show it.
  if (limited >= LEAST_FLOWS)
    return { ...want(compared, first), ...(first === LEAST_ALIKE ? { bytes } : {}) };
  const { comparison, direction } = compared;
  return { comparison, direction, pairs: wholePairs(compared) + LEAST_FLOWS - limited, bytes };
}

/** Slow start, and then a phase that tells the rate within a few percent. */
const LARGER_US = 3_500_000;
/** With less of it no rate is told. */
const LEAST_LARGER_US = LEAST_STRAIGHT_US + 600_000;
/** A limit beyond is told by the test by pairs alone: 6 Mbit/s. */
const MOST_LARGER_BYTES = 1_500_000;
/** So many that were long enough and showed no rate: larger ones will not. */
const MOST_IN_VAIN = LEAST_FLOWS;
/** Controls are so much faster in the middle, and in three of four pairs: otherwise nobody's bytes are spent on it. */
const LARGER_FACTOR = 1.2;
const BEHIND_SHARE = 0.75;

/** Payload with which flows of a target that is behind would show the rate they are held to, where usual ones end too soon. */
function bytesToShowRate(compared: Compared): number | undefined {
  const { direction, pairs, behind, targets, targetBps, controlBps, isSmall } = compared;
  const done = wholePairs(compared);
  if (direction === "up" || isSmall || isOdd(compared)) return undefined;
  if (done < SIDE_PAIRS || behind < BEHIND_SHARE * pairs) return undefined;
  if (targetBps === undefined || controlBps === undefined || controlBps < LARGER_FACTOR * targetBps)
    return undefined;
  if (targets.filter(({ isLong, rateLimit }) => isLong && !rateLimit).length >= MOST_IN_VAIN)
    return undefined;
  const bytesPerUs = targetBps / 8e6;
  const bytes = Math.round(Math.min(MOST_LARGER_BYTES, bytesPerUs * LARGER_US));
  const tooShort = targets.flatMap(({ isLong, observation }) => (isLong ? [] : (observation.bytes ?? [])));
  const isWorthIt = tooShort.length > 0 && bytes > Math.max(...tooShort);
  return isWorthIt && bytes >= bytesPerUs * LEAST_LARGER_US ? bytes : undefined;
}

/** Whose two flows have ended; looks at the control alone are of no pair. */
export function wholePairs({ targets, controls }: Compared): number {
  return Math.min(targets.length, controls.length);
}

/** What breaks, or is delayed, takes more pairs to be told from chance than what is held to a rate. */
export function isOdd({ delayed, targets }: Compared): boolean {
  return delayed > 0 || targets.some(({ broken }) => broken !== undefined);
}
