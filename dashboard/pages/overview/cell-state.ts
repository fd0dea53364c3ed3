/**
 * What a cell of the matrix says: of one target from one network, by the shares of throttled and failed attempts with their
 * 95 % intervals. Too few to say is a state of its own, and never shown as good.
 */
import { jeffreysInterval } from "../../../src/stats/beta.ts";
import type { PairRow } from "../../api/pairs.ts";

export const CELL_STATES = [
  "failing",
  "throttled",
  "partly",
  "faltering",
  "ok",
  "loads",
  "insufficient",
] as const;
export type CellState = (typeof CELL_STATES)[number];

/** Most attempts. */
const MOST = 0.5;
/** On the crowd's data of March 2021 the judge calls fewer than 1 % of pairs throttled where nothing was (docs/method.md). */
const SOME = 0.05;
/** One slow pair, or two, may be a bad evening; so may one failed attempt, or two. */
const LEAST = 3;
/**
 * Failed attempts that a cell must not be drawn as good with. Chosen, not fitted: a tenth is what whoever tries it notices within
 * a dozen visits, and twice what is called "some" of slow pairs, because attempts fail for reasons of the reader's own as well.
 */
const SOME_FAILED = 0.1;

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
  const isFaltering = failing.low > SOME_FAILED && failed >= LEAST;
  if (slow + fast === 0 && isFaltering) return "faltering";
  if (slow + fast === 0) return failing.high < MOST ? "loads" : "insufficient";
  const throttled = jeffreysInterval(slow, slow + fast);
  if (throttled.low >= MOST) return "throttled";
  if (throttled.low >= SOME && slow >= LEAST) return "partly";
  if (isFaltering) return "faltering";
  return throttled.high < MOST && throttled.high - throttled.low < MOST && slow <= SOME * (slow + fast)
    ? "ok"
    : "insufficient";
}
