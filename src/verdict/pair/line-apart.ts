/**
 * Whether it is the target's flows, and not their controls, that lie on a line: a test by pairs for lines whose controls are
 * not all fast. Losses keep a short flow of a healthy line below some Mbit/s for its whole life, at a rate of its own; on one
 * line again and again, while the other of the pair got ahead, is only what is held to it. The two of a pair are exchangeable
 * under the hypothesis that the name does not matter, so that this happens to either of them as often.
 */
import { signCapital } from "../../stats/sign-betting.ts";
import type { Flow } from "./flow.ts";
import type { HeldRate } from "./held-rate.ts";
import { LEAST_ALIKE, LINE_ALPHA, SAME_RATE_FACTOR, SLOWER_FACTOR } from "./thresholds.ts";

/** Of the flows that show the rate, fastest over slowest. Laboratory, 300 to 500 kbit/s after 256 kB: 1.01 and 1.09. */
const MOST_SPREAD = 1.1;

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

/** Five flows and more at one rate, the controls twice as fast in the middle, and none of them held to it. */
export function isLineApart(
  { apart, against }: LineSigns,
  held: HeldRate,
  controls: readonly Flow[],
  controlBps = 0,
): boolean {
  const isTight = held.kind !== "ragged" && held.highBps <= MOST_SPREAD * held.lowBps;
  return (
    isTight &&
    held.flows >= LEAST_ALIKE &&
    controlBps >= SLOWER_FACTOR * held.rateBps &&
    controls.every(({ rateLimit }) => !rateLimit || rateLimit.rateBps > SAME_RATE_FACTOR * held.rateBps) &&
    signCapital(apart, against) >= 1 / LINE_ALPHA
  );
}

function isOnLine({ rateLimit, speedBps }: Flow): boolean {
  return rateLimit !== undefined && rateLimit.kind !== "ragged" && speedBps !== undefined;
}

/** Faster by more than one rate varies by: over all of its bytes, and where it shows a rate of its own. */
function isAhead({ rateLimit, speedBps = 0 }: Flow, held: Flow): boolean {
  const isElsewhere = !rateLimit || rateLimit.rateBps > SAME_RATE_FACTOR * held.rateLimit!.rateBps;
  return isElsewhere && speedBps > SAME_RATE_FACTOR * held.speedBps!;
}
