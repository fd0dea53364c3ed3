/**
 * What a cell of the matrix says: of one target from one network, by the shares of throttled and failed attempts with their
 * 95 % intervals. Too few to say is a state of its own, and never shown as good.
 */
import { jeffreysInterval } from "../../../src/stats/beta.ts";
import type { PairRow } from "../../api/pairs.ts";

export const CELL_STATES = ["failing", "throttled", "partly", "ok", "loads", "insufficient"] as const;
export type CellState = (typeof CELL_STATES)[number];

/** Most attempts. */
const MOST = 0.5;
/** On the crowd's data of March 2021 the judge calls fewer than 1 % of pairs throttled where nothing was (docs/method.md). */
const SOME = 0.05;
/** One slow pair, or two, may be a bad evening. */
const LEAST_SLOW = 3;

/** Intervals take their time, and 15,000 cells are looked at several times. */
const known = new WeakMap<PairRow, CellState>();

export function cellState(row: PairRow): CellState {
  const state = known.get(row) ?? judged(row);
  known.set(row, state);
  return state;
}

function judged({ measurements, failed, slow, fast }: PairRow): CellState {
  const failing = jeffreysInterval(failed, measurements);
  if (failing.low >= MOST) return "failing";
  if (slow + fast === 0) return failing.high < MOST ? "loads" : "insufficient";
  const throttled = jeffreysInterval(slow, slow + fast);
  if (throttled.low >= MOST) return "throttled";
  if (throttled.low >= SOME && slow >= LEAST_SLOW) return "partly";
  return throttled.high < MOST && throttled.high - throttled.low < MOST && slow <= SOME * (slow + fast)
    ? "ok"
    : "insufficient";
}
