/**
 * How the target fared beside its control in the latest pairs: it steers what is asked for next. Flows that crowd a line take each
 * other's speed, and the first pairs crowd it most. Only whole pairs: what ended earlier than its other is no part of them, so that
 * what runs beside a flow does not know how its other did.
 */
import { median } from "../../stats/quantile.ts";
import type { Flow } from "./flow.ts";
import { LEAST_FLOWS } from "./thresholds.ts";

export interface Pace {
  /** Of at most three pairs; one flow that moved nothing counts as none. */
  readonly pairs: number;
  /** In so many of them the target was the slower one. */
  readonly behind: number;
  /** Medians. */
  readonly targetBps: number;
  readonly controlBps: number;
}

interface TimedPair {
  readonly target: Flow;
  readonly control: Flow;
}

export function paceOf(timed: readonly TimedPair[]): Pace {
  const latest = timed.toSorted((a, b) => startOf(a) - startOf(b)).slice(-LEAST_FLOWS);
  const speeds = latest.map(({ target, control }) => ({
    targetBps: target.speedBps ?? 0,
    controlBps: control.speedBps ?? 0,
  }));
  return {
    pairs: speeds.length,
    behind: speeds.filter(({ targetBps, controlBps }) => targetBps < controlBps).length,
    targetBps: speeds.length > 0 ? median(speeds.map(({ targetBps }) => targetBps)) : 0,
    controlBps: speeds.length > 0 ? median(speeds.map(({ controlBps }) => controlBps)) : 0,
  };
}

function startOf({ target, control }: TimedPair): number {
  return Math.max(target.startMs, control.startMs);
}
