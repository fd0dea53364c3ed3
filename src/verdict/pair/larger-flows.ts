/**
 * How large flows must be to show the rate that a target is held to, and how many pairs of that size are still wanted: usual ones end
 * in slow start where a limit is fast, and before a deep bucket is empty. Of either arm, whichever shows it.
 */
import { median } from "../../stats/quantile.ts";
import type { Compared } from "./compare-flows.ts";
import { metLate } from "./deep-bucket.ts";
import { eachLimited } from "./each-limited.ts";
import { type Flow, leastLongUs } from "./flow.ts";
import { atOneRate, heldRateOf, isMostlyHeld } from "./held-rate.ts";
import { LEAST_ALIKE, LEAST_FLOWS, MOST_LARGER_BYTES } from "./thresholds.ts";
import { wholeOf } from "./whole-pairs.ts";

export interface LargerFlows {
  readonly bytes: number;
  /** So many more pairs of that size; none: enough show the rate, or none will. */
  readonly pairs: number;
  /** So many targets show one rate, or a limit each. */
  readonly limited: number;
}

/** Beyond slow start and the shortest phase of which a line is read: it tells the rate within a few percent then. */
const BEYOND_LEAST_US = 1_200_000;
/** One may be an odd one; where three in vain showed no rate, none will. */
const SPARE_LARGER = 1;
/** The speed of flows moves, and what is asked for with it. */
const LARGE_SHARE = 0.6;
/** What was asked for moves nearly all of that, unless it slows down; usual flows may move not much less. */
const ASKED_SHARE = 0.9;
/** Targets at one rate that are followed where the target is behind anyway: elsewhere two may be odd ones. */
const LEAST_BEHIND = 2;

/** Of a target that is behind (`isFallingBehind`): what its rate takes to be seen, or what others of its flows showed it by. */
export function largerFlows(compared: Compared): LargerFlows | undefined {
  const sizes = [
    bytesToShowRate(compared),
    bytesOfHeld(compared, LEAST_BEHIND),
    bytesOfLate(compared),
  ].filter((bytes) => bytes !== undefined);
  if (sizes.length === 0) return undefined;
  const bytes = Math.max(...sizes);
  const limited = Math.max(atOneRate(wholeOf(compared).targets).length, eachLimited(compared)?.flows ?? 0);
  return { bytes, limited, pairs: pairsMissing(compared, bytes, limited) };
}

function pairsMissing(compared: Compared, bytes: number, limited: number): number {
  const { targets, controls } = wholeOf(compared);
  const isLarge = ({ observation }: Flow): boolean => (observation.bytes ?? 0) >= LARGE_SHARE * bytes;
  const comparable = controls.filter((flow) => flow.rateLimit || flow.isLong || isLarge(flow)).length;
  // Of both arms: a flow that goes on because it slows down, or what a fast line had under way, was not asked for.
  const larger = targets.filter(
    (flow) =>
      isLarge(flow) &&
      controls.some((control) => control.observation.pair === flow.observation.pair && isLarge(control)),
  );
  if (larger.filter(({ rateLimit }) => !rateLimit).length >= LEAST_FLOWS) return 0;
  // So many that show it, and where those are large as many controls to hold them against.
  const wanted = compared.comparison === "same-address" ? LEAST_ALIKE : LEAST_FLOWS;
  const most = wanted + SPARE_LARGER;
  // Where one name's object is smaller no pair ever is.
  const isTry = (flow: Flow): boolean =>
    (flow.observation.bytes ?? 0) >= ASKED_SHARE * bytes || (flow.rateLimit !== undefined && isLarge(flow));
  const ofOneArm = Math.max(...[targets, controls].map((flows) => flows.filter(isTry).length));
  const left = Math.min(most - larger.length, 2 * most - ofOneArm);
  return Math.max(0, Math.min(wanted - Math.min(limited, comparable), left));
}

/** Where usual flows end too soon. */
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

/**
 * Some targets are held to one rate, and others, that moved less, are not: behind a deep bucket only flows as large as those tell.
 * Whether the target alone is held is what the pairs tell then.
 */
export function bytesOfHeld(compared: Compared, least = LEAST_FLOWS): number | undefined {
  const { targets } = wholeOf(compared);
  if (isMostlyHeld(heldRateOf(targets), targets)) return undefined;
  const held = atOneRate(targets).map(({ observation }) => observation.bytes ?? 0);
  const bytes = held.length >= least ? median(held) : 0;
  const isSpared = targets.some(
    ({ rateLimit, observation }) => !rateLimit && (observation.bytes ?? 0) < bytes,
  );
  return isSpared ? Math.round(Math.min(MOST_LARGER_BYTES, bytes)) : undefined;
}

/** A bucket is not emptied after the same bytes each time; what has told its rate ends anyway. */
const LATE_FACTOR = 1.25;
/** Of all targets: of the first three or four one, of ten not two. */
const LATE_SHARE = 0.25;

/**
 * More targets than controls emptied a deep bucket before they met a limit: somewhat larger than those, until three others, more than those, met
 * none.
 */
export function bytesOfLate(compared: Compared): number | undefined {
  const { targets, controls } = wholeOf(compared);
  const late = metLate(targets);
  if (late.length <= metLate(controls).length || late.length < LATE_SHARE * targets.length) return undefined;
  const lateBytes = median(late.map(({ observation }) => observation.bytes ?? 0));
  const bytes = Math.min(MOST_LARGER_BYTES, LATE_FACTOR * lateBytes);
  const inVain = targets.filter(
    ({ rateLimit, observation }) => !rateLimit && (observation.bytes ?? 0) >= ASKED_SHARE * bytes,
  );
  return inVain.length >= LEAST_FLOWS && inVain.length > late.length ? undefined : Math.round(bytes);
}
