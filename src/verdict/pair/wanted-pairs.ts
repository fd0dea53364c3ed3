/** How many pairs of a comparison are wanted next, and how large, by what those that have ended show. */
import { median } from "../../stats/quantile.ts";
import type { Compared } from "./compare-flows.ts";
import { type Flow, LEAST_OBJECT_BYTES, leastLongUs } from "./flow.ts";
import { isMostlyHeld } from "./held-rate.ts";
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
  const heldBytes = bytesOfHeld(compared);
  const asLarge = heldBytes === undefined ? {} : { bytes: heldBytes };
  if (!isFallingBehind(compared)) return { ...want(compared, first), ...asLarge };
  const { targetBps, controlBps } = compared.pace;
  const isClose = controlBps < CLOSE_FACTOR * targetBps;
  const isNear = controlBps < NEAR_FACTOR * targetBps;
  const next = { ...want(compared, first), ...asLarge, ...(isNear ? { atOnce: FEW_AT_ONCE } : {}) };
  const bytes = largerOf(bytesToShowRate(compared), heldBytes);
  if (bytes === undefined) return next;
  const { targets, controls } = wholeOf(compared);
  const limited = targets.filter(({ rateLimit }) => rateLimit).length;
  const isLarge = ({ observation }: Flow): boolean => (observation.bytes ?? 0) >= LARGE_SHARE * bytes;
  const comparable = controls.filter((flow) => flow.rateLimit || flow.isLong || isLarge(flow)).length;
  // Of both arms: a flow that goes on because it slows down, or what a fast line had under way, was not asked for.
  const larger = targets.filter(
    (flow) =>
      isLarge(flow) &&
      controls.some((control) => control.observation.pair === flow.observation.pair && isLarge(control)),
  );
  const inVain = larger.filter(({ rateLimit }) => !rateLimit).length;
  // So many that show it, and where those are large as many controls to hold them against.
  const wanted = compared.comparison === "same-address" ? LEAST_ALIKE : LEAST_FLOWS;
  const missing = wanted - Math.min(limited, comparable);
  const most = wanted + SPARE_LARGER;
  // Where one name's object is smaller no pair ever is.
  const ofOneArm = Math.max(...[targets, controls].map((flows) => flows.filter(isLarge).length));
  const left = Math.min(most - larger.length, 2 * most - ofOneArm);
  if (missing > 0 && left > 0 && inVain < LEAST_FLOWS)
    return {
      ...{ ...next, pairs: wholePairs(compared) + Math.min(missing, left), bytes },
      ...(isClose ? { atOnce: 1 } : {}),
    };
  // Where three are not enough, more of those that show it.
  return limited >= LEAST_FLOWS && first === LEAST_ALIKE ? { ...next, bytes } : next;
}

/** Beyond slow start and the shortest phase of which a line is read: it tells the rate within a few percent then. */
const BEYOND_LEAST_US = 1_200_000;
/** A limit beyond is told by the test by pairs alone: 4.8 Mbit/s. */
const MOST_LARGER_BYTES = 1_200_000;
/** One may be an odd one; where three in vain showed no rate, none will. */
const SPARE_LARGER = 1;
/** The speed of flows moves, and what is asked for with it. */
const LARGE_SHARE = 0.6;
/** Beyond, the target's flows take so much longer that the line is its controls' most of the time. */
const CLOSE_FACTOR = 3;
/** Four pairs at once leave eight flows a share each of what their controls are faster by. */
const NEAR_FACTOR = 4;
const FEW_AT_ONCE = 2;
/** Controls are so much faster in the middle of the latest pairs, and in each of those or three of four of all: otherwise nobody's time and bytes are spent on it. */
const LARGER_FACTOR = 1.2;
const BEHIND_SHARE = 0.75;

function isFallingBehind(compared: Compared): boolean {
  const { pairs, behind, pace } = compared;
  if (!isTellingSpeed(compared) || pairs < SIDE_PAIRS || pace.targetBps === 0) return false;
  const isMostly = pace.behind === pace.pairs || behind >= BEHIND_SHARE * pairs;
  return isMostly && pace.controlBps >= LARGER_FACTOR * pace.targetBps;
}

/**
 * Some targets are held to one rate, and those that moved less are not: behind a deep bucket only flows as large as those tell. Of
 * either arm; whether the target alone is held is what the pairs tell then.
 */
function bytesOfHeld(compared: Compared): number | undefined {
  const { heldRate, targets } = compared;
  if (!heldRate || !isTellingSpeed(compared) || isMostlyHeld(heldRate, targets)) return undefined;
  const held = targets.flatMap(({ rateLimit, observation }) => (rateLimit ? (observation.bytes ?? 0) : []));
  return Math.round(Math.min(MOST_LARGER_BYTES, median(held)));
}

function largerOf(some: number | undefined, other: number | undefined): number | undefined {
  return some === undefined || other === undefined ? (some ?? other) : Math.max(some, other);
}

/** What breaks, or is late, or comes in small objects, is told by other things. */
function isTellingSpeed(compared: Compared): boolean {
  return compared.direction === "down" && !compared.isSmall && !isOdd(compared);
}

/** Payload with which flows of a target that is behind would show the rate they are held to, where usual ones end too soon. */
function bytesToShowRate(compared: Compared): number | undefined {
  const { pace } = compared;
  const { targets } = wholeOf(compared);
  const bytesPerUs = pace.targetBps / 8e6;
  const rtts = targets.flatMap(({ observation: { rttUs } }) => rttUs ?? []);
  const leastUs = leastLongUs(rtts.length > 0 ? median(rtts) : undefined);
  const bytes = Math.round(Math.min(MOST_LARGER_BYTES, bytesPerUs * (leastUs + BEYOND_LEAST_US)));
  const usual = targets.flatMap(({ rateLimit, observation }) => (rateLimit ? [] : (observation.bytes ?? [])));
  const isWorthIt = usual.length > 0 && bytes > Math.min(...usual);
  return isWorthIt && bytes >= bytesPerUs * leastUs ? bytes : undefined;
}

/** So many have ended with both of their flows; looks at the control alone are of no pair. */
export function wholePairs(compared: Compared): number {
  return wholeOf(compared).targets.length;
}

/** What runs beside an arm must not depend on how its other did. */
export function wholeOf({ targets, controls }: Compared): Pick<Compared, "targets" | "controls"> {
  const pairsOf = (flows: readonly Flow[]): ReadonlySet<number | undefined> =>
    new Set(flows.map(({ observation }) => observation.pair));
  const within = (flows: readonly Flow[], pairs: ReadonlySet<number | undefined>): readonly Flow[] =>
    flows.filter(({ observation }) => pairs.has(observation.pair));
  return { targets: within(targets, pairsOf(controls)), controls: within(controls, pairsOf(targets)) };
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
