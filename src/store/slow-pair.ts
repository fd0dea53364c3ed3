/**
 * The judge's rule for one pair of speeds (verdict/speed-pair.ts) as SQL that DuckDB and ClickHouse both take, so that
 * millions of pairs are counted where they lie. Its constants are the judge's own.
 */
import { studentLogDensity } from "../stats/student.ts";
import {
  OK_BAYES_FACTOR,
  SLOWEST_CAP_BPS,
  SLOWEST_CONTROL_BPS,
  THROTTLED_BAYES_FACTOR,
  UNTHROTTLED_LOG_RATIO,
} from "../verdict/speed-pair.ts";

const { degrees, location, scale } = UNTHROTTLED_LOG_RATIO;
/** No speed, no zero. */
const LEAST = 1e-9;
const PEAK = Math.exp(studentLogDensity(location, UNTHROTTLED_LOG_RATIO));

/** `target`, `control`: columns, bit/s; never true where one is null. */
export function pairConditions(
  target: string,
  control: string,
): { readonly slow: string; readonly fast: string } {
  // Both are worked out for every row, also where the conditions before them do not hold.
  const ln = (over: string, under: string | number): string =>
    `ln(greatest(${over} / greatest(${under}, ${LEAST}), ${LEAST}))`;
  const deviation = `((${ln(target, control)} - ${location}) / ${scale})`;
  const ordinary = `(${PEAK} * pow(1 + ${deviation} * ${deviation} / ${degrees}, ${-(degrees + 1) / 2}))`;
  const factor = `(1 / (greatest(${ln(control, SLOWEST_CAP_BPS)}, ${LEAST}) * ${ordinary}))`;
  const judged = `${target} >= ${SLOWEST_CAP_BPS} AND ${control} >= ${SLOWEST_CONTROL_BPS}`;
  return {
    slow: `(${judged} AND ${target} < ${control} AND ${factor} >= ${THROTTLED_BAYES_FACTOR})`,
    fast: `(${judged} AND (${target} >= ${control} OR ${factor} <= ${OK_BAYES_FACTOR}))`,
  };
}
