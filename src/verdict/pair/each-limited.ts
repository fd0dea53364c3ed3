/**
 * Flows that are each held to some rate, though not to one: behind a bucket of a few packets a flow's own losses make its pace,
 * and what the box lets by is told by none of them. A limit all the same, where the flows of another name show none.
 */
import { median } from "../../stats/quantile.ts";
import type { Compared } from "./compare-flows.ts";
import { CONTROLS_WITH_ODD_ONE, LEAST_ALIKE } from "./thresholds.ts";

export interface EachLimited {
  readonly flows: number;
  /** That went on for long enough to show one. */
  readonly of: number;
  /** Payload. */
  readonly middleBps: number;
  readonly lowBps: number;
  readonly highBps: number;
}

/**
 * Of policers with 6 and 16 kB at 2 to 3 Mbit/s and round trips of 100 ms (`bench:probe`, seed 9940) flows went at 0.55 to 1.25
 * times their median.
 */
const MOST_APART = 2;

/** Most targets that could show a limit do, five at least, and of their controls none near it (of eight and more but for one). */
export function eachLimited({ targets, controls }: Compared): EachLimited | undefined {
  const could = targets.filter(({ rateLimit, isLong }) => rateLimit !== undefined || isLong);
  const rates = targets.flatMap(({ rateLimit }) => rateLimit?.rateBps ?? []);
  if (rates.length < LEAST_ALIKE) return undefined;
  const middleBps = median(rates);
  const near = rates.filter((bps) => bps <= MOST_APART * middleBps && bps * MOST_APART >= middleBps);
  const heldToo = controls.filter(
    ({ rateLimit }) => rateLimit && rateLimit.rateBps <= MOST_APART * middleBps,
  );
  const spared = controls.length >= CONTROLS_WITH_ODD_ONE ? 1 : 0;
  if (near.length < LEAST_ALIKE || near.length * 2 <= could.length || heldToo.length > spared)
    return undefined;
  return {
    ...{ flows: near.length, of: could.length, middleBps },
    ...{ lowBps: Math.min(...near), highBps: Math.max(...near) },
  };
}
