/**
 * Whether it is the target's flows, and not their controls, that are held to one rate: for rates whose controls are not all far
 * faster. Losses keep a short flow of a healthy line below some Mbit/s for its whole life, at a rate of its own; again and
 * again the same, while the other of the pair got ahead, is only what is held to it. How far each pair is apart is bet on
 * (stats/size-betting.ts), for the two are exchangeable under the hypothesis that the name does not matter.
 */
import type { Flow } from "./flow.ts";
import { EQUAL_RATE_FACTOR, type HeldRate } from "./held-rate.ts";
import {
  BEHIND_ALPHA,
  CONTROLS_WITH_ODD_ONE,
  LEAST_ALIKE,
  LEAST_FLOWS,
  SAME_RATE_FACTOR,
  THROTTLED_ALPHA,
} from "./thresholds.ts";

/** Of the controls' median past slow start to the rate. A limit nearer to it takes the bet alone to be told. */
const LINE_FACTOR = 1.5;
/**
 * Largest over smallest of few rates that are no chance of losses: those of one box spread by as much and less (slow-judgement.ts). Of
 * rates that scatter by a quarter (a logarithm's standard deviation) three of three lie as near in 4 % of cases, four of four in 0.7.
 */
const NARROW_FACTOR = 1.1;

/**
 * The bet's capital, if it proves it: enough targets at one rate (`alphaOfLine`), controls faster than that in the middle, and none of
 * them held to it, or below; nor near it, but for one of eight and more. Undefined: it does not.
 */
export function lineCapital(
  capital: number,
  held: HeldRate,
  { controls, controlBps = 0 }: LineControls,
): number | undefined {
  const alpha = alphaOfLine(held);
  if (alpha === undefined || !(capital >= 1 / alpha)) return undefined;
  if (controlBps < LINE_FACTOR * held.rateBps || areHeldToo(controls, held.rateBps)) return undefined;
  return capital;
}

/** What the bet must reach beside so many flows at one rate: the fewer, the nearer to each other and the more. Undefined: too few. */
export function alphaOfLine({ flows, lowBps, highBps }: HeldRate): number | undefined {
  if (flows >= LEAST_ALIKE) return THROTTLED_ALPHA;
  if (flows < LEAST_FLOWS || highBps > NARROW_FACTOR * lowBps) return undefined;
  return flows > LEAST_FLOWS ? THROTTLED_ALPHA : BEHIND_ALPHA;
}

/** Controls are held to that rate, or below; or near it, but for one of eight and more. */
export function areHeldToo(controls: readonly Flow[], rateBps: number): boolean {
  return (
    heldWithin(controls, EQUAL_RATE_FACTOR * rateBps) > 0 ||
    areManyWithin(controls, SAME_RATE_FACTOR * rateBps)
  );
}

/** More controls are held to that rate, or below, than one of eight and more. */
export function areManyWithin(controls: readonly Flow[], mostBps: number): boolean {
  const spared = controls.length >= CONTROLS_WITH_ODD_ONE ? 1 : 0;
  return heldWithin(controls, mostBps) > spared;
}

/** Controls that are held to that rate, or below. */
export function heldWithin(controls: readonly Flow[], mostBps: number): number {
  return controls.filter(({ rateLimit }) => rateLimit && rateLimit.rateBps <= mostBps).length;
}

export interface LineControls {
  /** That went well. */
  readonly controls: readonly Flow[];
  /** Past slow start, as the rate is told. */
  readonly controlBps: number | undefined;
}
