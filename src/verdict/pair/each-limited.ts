/**
 * Flows that are each held to some rate, though not to one: behind a bucket of a few packets a flow's own losses make its pace,
 * and what the box lets by is told by none of them. A limit all the same, where the flows of another name show none.
 */
import { median } from "../../stats/quantile.ts";
import type { Compared } from "./compare-flows.ts";
import { wentWell } from "./flow.ts";
import { areManyWithin, heldWithin } from "./line-apart.ts";
import { haveOutlasted } from "./outlasted.ts";
import { isLosing } from "./slow-judgement.ts";
import { LEAST_ALIKE, SLOWER_FACTOR } from "./thresholds.ts";
import { wholeOf } from "./whole-pairs.ts";

export interface EachLimited {
  readonly flows: number;
  /** That went on for long enough to show one. */
  readonly of: number;
  /** Payload. */
  readonly middleBps: number;
  readonly lowBps: number;
  readonly highBps: number;
  /** Controls, and those that were held near it all the same: of eight and more one at most. */
  readonly controls: number;
  readonly controlsNear: number;
}

/**
 * Of policers with 6 and 16 kB at 2 to 3 Mbit/s and round trips of 100 ms (`bench:probe`, seed 9940) flows went at 0.55 to 1.45
 * times their median.
 */
const LEAST_SHARE = 0.5;
const MOST_SHARE = 1.5;

/**
 * Most targets of whole pairs that could show a limit do, five at least, and they lost packets for it; their controls moved past where
 * it was met, and were not held to twice that rate or less (of eight and more but for one).
 */
export function eachLimited(compared: Compared): EachLimited | undefined {
  const { targets, controls } = wholeOf(compared);
  const could = targets.filter(({ rateLimit, isLong }) => rateLimit !== undefined || isLong);
  const rates = targets.flatMap(({ rateLimit }) => rateLimit?.rateBps ?? []);
  if (rates.length < LEAST_ALIKE) return undefined;
  const middleBps = median(rates);
  const near = rates.filter((bps) => bps >= LEAST_SHARE * middleBps && bps <= MOST_SHARE * middleBps);
  if (near.length < LEAST_ALIKE || near.length * 2 <= could.length) return undefined;
  const well = controls.filter(wentWell);
  if (areManyWithin(well, SLOWER_FACTOR * middleBps) || !haveOutlasted(well, targets)) return undefined;
  if (!isLosing({ targets, direction: compared.direction })) return undefined;
  return {
    ...{ flows: near.length, of: could.length, middleBps },
    ...{ lowBps: Math.min(...near), highBps: Math.max(...near), controls: well.length },
    controlsNear: heldWithin(well, SLOWER_FACTOR * middleBps),
  };
}
