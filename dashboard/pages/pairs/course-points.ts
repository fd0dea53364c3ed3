/**
 * Ratios of target to control as points of a log scale that ends: what lies beyond it is drawn at its edge and marked there, so
 * that no drawn place is taken for a value that it is not. Titles have the true values.
 */
import type { PairRow } from "../../api/pairs.ts";

/** From 140 kbit/s beside 28 Mbit/s, to four times the control. */
export const LOWEST = 0.005;
export const HIGHEST = 4;

export interface Point {
  readonly at: Date;
  readonly low: number;
  readonly middle: number;
  readonly high: number;
  readonly isSlow: boolean;
  /** The median lies within the scale. */
  readonly isInside: boolean;
  readonly title: string;
}

/** `isMedian`: the median itself lies beyond; otherwise only its 10th or 90th percentile. */
export interface Beyond extends Point {
  readonly side: "below" | "above";
  readonly edge: number;
  readonly isMedian: boolean;
}

export function coursePoints(
  rows: readonly PairRow[],
  stepMs: number,
): { readonly points: readonly Point[]; readonly beyond: readonly Beyond[] } {
  const points: Point[] = [];
  const beyond: Beyond[] = [];
  for (const { from, pairs, slow, fast, ratio_p10: low, ratio_p50: middle, ratio_p90: high } of rows) {
    if (pairs === 0 || low === undefined || middle === undefined || high === undefined) continue;
    const [p10, p50, p90] = [low, middle, high].map((ratio) => ratio.toPrecision(2));
    const point = {
      at: new Date(Date.parse(from!) + stepMs / 2),
      ...{ low: bounded(low), middle: bounded(middle), high: bounded(high) },
      ...{ isSlow: slow > fast, isInside: bounded(middle) === middle },
      title: `${from}: ${p50} (${p10} – ${p90}), n = ${pairs}`,
    };
    points.push(point);
    if (low < LOWEST) beyond.push({ ...point, side: "below", edge: LOWEST, isMedian: middle < LOWEST });
    if (high > HIGHEST) beyond.push({ ...point, side: "above", edge: HIGHEST, isMedian: middle > HIGHEST });
  }
  return { points, beyond };
}

function bounded(ratio: number): number {
  return Math.min(HIGHEST, Math.max(LOWEST, ratio));
}
