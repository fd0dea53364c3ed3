/**
 * How others judge a pair of speeds, kept only to be compared with; no verdict rests on them.
 * Speeds in the same unit, both above zero; anything else is not throttled.
 */

/** OONI's words for extreme throttling: ten times slower than the control, or more. */
export const OONI_TIMES_SLOWER = 10;
/** Wehe's area between two throughput distributions, normalized by the larger. */
export const WEHE_AREA = 0.5;

function comparable(target: number | undefined, control: number | undefined): boolean {
  return target !== undefined && control !== undefined && target > 0 && control > 0;
}

export function tenTimesSlower(target: number | undefined, control: number | undefined): boolean {
  return comparable(target, control) && target! * OONI_TIMES_SLOWER <= control!;
}

/**
 * Wehe's rule as far as two means allow: the area between two distributions that are one value each
 * is their difference, normalized by the larger (Li et al., SIGCOMM 2019, section 4.1). Its KS test needs samples.
 */
export function weheAreaThrottled(target: number | undefined, control: number | undefined): boolean {
  return comparable(target, control) && (control! - target!) / Math.max(control!, target!) >= WEHE_AREA;
}
