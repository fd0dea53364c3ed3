/**
 * Whether it is the target's flows, and not their controls, that lie on a line: a test by pairs for lines whose controls are
 * not all far faster. Losses keep a short flow of a healthy line below some Mbit/s for its whole life, at a rate of its own; on
 * one line again and again, while the other of the pair got ahead, is only what is held to it. The two of a pair are
 * exchangeable under the hypothesis that the name does not matter, so that this happens to either of them as often. That
 * holds of a control server, which gives both as much; elsewhere the control may be a smaller page: one that moved less than
 * the target does not count as ahead.
 */
import { signCapital } from "../../stats/sign-betting.ts";
import type { Flow } from "./flow.ts";
import { AS_LARGE_SHARE, type HeldRate } from "./held-rate.ts";
import { LEAST_ALIKE, SAME_RATE_FACTOR, SLOWER_FACTOR, THROTTLED_ALPHA } from "./thresholds.ts";

/** Either way of the rate. Laboratory, 300 to 500 kbit/s after 256 kB: flows lay within 1.01 and 1.09 of each other. */
const MOST_APART = 1.05;
/** Of the target's flows that lie on a line, on another one than most. */
const MOST_ELSEWHERE = 1;

export interface FlowPair {
  readonly target: Flow;
  readonly control: Flow;
}

/** In how many pairs the target was held while its control got ahead; and in how many that speaks against it. */
export interface LineSigns {
  readonly apart: number;
  readonly against: number;
}

/** Against it: the same the other way round, and a control that was not faster than a target that was held. */
export function lineSigns(pairs: readonly FlowPair[]): LineSigns {
  const apart = pairs.filter(({ target, control }) => isOnLine(target) && isAhead(control, target));
  const against = pairs.filter(
    ({ target, control }) =>
      (isOnLine(target) && !isAhead(control, target)) || (isOnLine(control) && isAhead(target, control)),
  );
  return { apart: apart.length, against: against.length };
}

/**
 * Five targets and more on one line, and at most one on another; the controls twice as fast in the middle, and none of them
 * held near that rate, or below it. Returns the capital of the bet on the signs; undefined: it does not prove it.
 */
export function lineCapital(
  { apart, against }: LineSigns,
  held: HeldRate,
  { targets, controls, controlBps = 0 }: LineArms,
): number | undefined {
  const onLine = targets.filter(isOnLine);
  const near = onLine.filter(({ rateLimit }) => {
    const ratio = rateLimit!.rateBps / held.rateBps;
    return ratio <= MOST_APART && ratio >= 1 / MOST_APART;
  });
  if (near.length < LEAST_ALIKE || onLine.length - near.length > MOST_ELSEWHERE) return undefined;
  if (controlBps < SLOWER_FACTOR * held.rateBps) return undefined;
  const isHeldToo = ({ rateLimit }: Flow): boolean =>
    rateLimit !== undefined && rateLimit.rateBps <= SAME_RATE_FACTOR * held.rateBps;
  if (controls.some(isHeldToo)) return undefined;
  const capital = signCapital(apart, against);
  return capital >= 1 / THROTTLED_ALPHA ? capital : undefined;
}

export interface LineArms {
  readonly targets: readonly Flow[];
  /** That went well. */
  readonly controls: readonly Flow[];
  readonly controlBps: number | undefined;
}

function isOnLine({ rateLimit, speedBps }: Flow): boolean {
  return rateLimit !== undefined && rateLimit.kind !== "ragged" && speedBps !== undefined;
}

/** Faster by more than one rate varies by: over all of its bytes, as many, and where it shows a rate of its own. */
function isAhead({ rateLimit, speedBps = 0, observation }: Flow, held: Flow): boolean {
  const isAsLarge = (observation.bytes ?? 0) >= AS_LARGE_SHARE * (held.observation.bytes ?? 0);
  const isElsewhere = !rateLimit || rateLimit.rateBps > SAME_RATE_FACTOR * held.rateLimit!.rateBps;
  return isAsLarge && isElsewhere && speedBps > SAME_RATE_FACTOR * held.speedBps!;
}
