/** Moments that are known to lie between two times. */
import type { Bounds } from "./detect/scan.ts";

export function centreOf({ fromMs, toMs }: Bounds): number {
  return fromMs === undefined ? toMs : (fromMs + toMs) / 2;
}

/** Whether both may be the same moment, `toleranceMs` apart at most. What began before the first measurement may be anything. */
export function mayCoincide(a: Bounds, b: Bounds, toleranceMs: number): boolean {
  if (a.fromMs === undefined || b.fromMs === undefined) return a.fromMs === b.fromMs;
  return a.fromMs <= b.toMs + toleranceMs && b.fromMs <= a.toMs + toleranceMs;
}
