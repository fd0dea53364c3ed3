/**
 * Every demand of a story, in columns: 33 bytes a demand, whatever their number. A demand's times and its luck are
 * drawn when the table is made, from the seed and the number of its series alone, so that another series changes
 * nothing about this one. Times are whole ms of the scenario clock.
 */
import { seededRandom } from "../../base/random.ts";
import type { DemandSeries, Platform } from "../scenario/story.ts";

/** Place of an outcome in DEMAND_OUTCOMES, or this. */
export const UNDECIDED = 255;

/** Row i is one demand; rows are sorted by `filedMs`. */
export interface DemandTable {
  readonly filedMs: Float64Array;
  /** When the platform decides. */
  readonly dueMs: Float64Array;
  /** Index among the story's series. */
  readonly series: Uint32Array;
  /** In [0, 1): which outcome it gets under the policy of that moment. */
  readonly luck: Float64Array;
  readonly outcome: Uint8Array;
  /** Rows by `dueMs`. */
  readonly byDue: Uint32Array;
}

/** `delays[i]`: bounds of the time to decision of series i's platform. */
export function makeDemandTable(
  series: readonly DemandSeries[],
  delays: readonly Platform["delayMs"][],
  seed: number,
): DemandTable {
  const count = series.reduce((sum, one) => sum + one.count, 0);
  const filed = new Float64Array(count);
  const due = new Float64Array(count);
  const lot = new Float64Array(count);
  const owner = new Uint32Array(count);
  let row = 0;
  series.forEach((one, index) => {
    const random = seededRandom(seed + Math.imul(index + 1, 0x9e3779b1));
    const [low, high] = delays[index]!;
    for (let i = 0; i < one.count; i++, row++) {
      filed[row] = Math.floor(one.fromMs + random.next() * (one.untilMs - one.fromMs));
      due[row] = filed[row]! + Math.floor(low + random.next() * (high - low));
      lot[row] = random.next();
      owner[row] = index;
    }
  });
  const byFiled = rowsBy(filed);
  const filedMs = Float64Array.from(byFiled, (from) => filed[from]!);
  const dueMs = Float64Array.from(byFiled, (from) => due[from]!);
  return {
    filedMs,
    dueMs,
    series: Uint32Array.from(byFiled, (from) => owner[from]!),
    luck: Float64Array.from(byFiled, (from) => lot[from]!),
    outcome: new Uint8Array(count).fill(UNDECIDED),
    byDue: rowsBy(dueMs),
  };
}

/** Row numbers by value; equal values keep their order. */
function rowsBy(values: Float64Array): Uint32Array {
  return Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]! || a - b);
}

/** How many of the first `length` sorted values (read through `at`) are below `limit`. */
export function countBelow(length: number, at: (index: number) => number, limit: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(middle) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
