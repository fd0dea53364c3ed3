/**
 * Whether it is the target's flows, and not their controls, that are held to one rate: for rates whose controls are not all far
 * faster. Losses keep a short flow of a healthy line below some Mbit/s for its whole life, at a rate of its own; again and
 * again the same, while the other of the pair got ahead, is only what is held to it. How far each pair is apart is bet on
 * (stats/size-betting.ts), for the two are exchangeable under the hypothesis that the name does not matter.
 */
import type { Flow } from "./flow.ts";
import type { HeldRate } from "./held-rate.ts";
import { SAME_RATE_FACTOR, THROTTLED_ALPHA } from "./thresholds.ts";

/** Of the controls' median to the rate. A limit nearer to what slow start reaches takes the bet alone to be told. */
const LINE_FACTOR = 1.5;

/**
 * The bet's capital, if it proves it: controls faster than the rate in the middle, and none of them held near it, or below.
 * Undefined: it does not.
 */
export function lineCapital(
  capital: number,
  held: HeldRate,
  { controls, controlBps = 0 }: LineControls,
): number | undefined {
  if (capital < 1 / THROTTLED_ALPHA || controlBps < LINE_FACTOR * held.rateBps) return undefined;
  const isHeldToo = ({ rateLimit }: Flow): boolean =>
    rateLimit !== undefined && rateLimit.rateBps <= SAME_RATE_FACTOR * held.rateBps;
  return controls.some(isHeldToo) ? undefined : capital;
}

export interface LineControls {
  /** That went well. */
  readonly controls: readonly Flow[];
  readonly controlBps: number | undefined;
}
