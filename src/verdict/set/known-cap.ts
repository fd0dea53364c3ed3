/**
 * Judges one pair of speeds, target T against control C, where the cap of the network (or of its country) is known.
 * b = p1 / (p1 + p0 + 0.04 pu) on ln T: p1 = Normal(ln cap, 0.13); p0 as for a single pair (speed-pair.ts), how
 * unthrottled pairs scatter about ln C; pu uniform over all speeds believed possible.
 * Constants: the crowd notes, "A network's rate cap (pooled)", tuned on March and April 2021: on unaffected networks 0.19 %
 * of pairs are called throttled, on throttled ones 95 %. Frozen: other months are judged with the same.
 */
import { normalLogDensity } from "../../stats/normal.ts";
import { studentLogDensity } from "../../stats/student.ts";
import { UNTHROTTLED_LOG_RATIO } from "../speed-pair.ts";

/** Standard deviation of ln T about ln cap among throttled pairs. */
export const CAP_SPREAD = 0.13;
const STRAY_WEIGHT = 0.04;
const LEAST_POSTERIOR = 0.95;
/** Below it the control is too near the cap to tell them apart. */
const LEAST_CONTROL_OVER_CAP = 3;
/** Where T is past the cap (e^0.49 = 1.63) and keeps up with the control, or is far past it, it is not held. */
const PAST_CAP = Math.exp(0.49);
const KEEPS_UP = 0.5;
const FAR_PAST_CAP = 4;

/** Speeds believed possible, 1 kbit/s to 1 Gbit/s: ln T uniform between. */
const SLOWEST_BPS = 1e3;
const FASTEST_BPS = 1e9;
const STRAY_DENSITY = 1 / Math.log(FASTEST_BPS / SLOWEST_BPS);

export type PairState = "throttled" | "ok" | "insufficient";

/** Density of ln T, uniform over the speeds believed possible. */
export function strayDensity(testedBps: number): number {
  return testedBps >= SLOWEST_BPS && testedBps <= FASTEST_BPS ? STRAY_DENSITY : 0;
}

/** Density of ln T where nothing throttles. */
export function unthrottledDensity(testedBps: number, controlBps: number): number {
  return Math.exp(studentLogDensity(Math.log(testedBps / controlBps), UNTHROTTLED_LOG_RATIO));
}

/** Speeds and cap in bit/s; absent, zero and negative speeds are insufficient. */
export function judgeWithCap(
  testedBps: number | undefined,
  controlBps: number | undefined,
  capBps: number,
): PairState {
  if (testedBps === undefined || controlBps === undefined || !(testedBps > 0 && controlBps > 0))
    return "insufficient";
  if (controlBps >= LEAST_CONTROL_OVER_CAP * capBps) {
    const capped = Math.exp(normalLogDensity(Math.log(testedBps / capBps), 0, CAP_SPREAD));
    const others = unthrottledDensity(testedBps, controlBps) + STRAY_WEIGHT * strayDensity(testedBps);
    if (capped > 0 && capped / (capped + others) >= LEAST_POSTERIOR) return "throttled";
  }
  const keepsUp = testedBps > capBps * PAST_CAP && testedBps > KEEPS_UP * controlBps;
  return keepsUp || testedBps > FAR_PAST_CAP * capBps ? "ok" : "insufficient";
}
