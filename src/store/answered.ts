/** What is counted as what in lists and counts, as SQL that every store understands, over `state`, `confidence`, `failed`. */
import type { MeasurementQuery } from "./store.ts";

/** Confirmed: at this confidence or more. */
export const CONFIRMED_CONFIDENCE = 0.95;
const IS_TROUBLE = "state IN ('throttled', 'blocked', 'down')";
export const IS_CONFIRMED = `(${IS_TROUBLE} AND coalesce(confidence, 0) >= ${CONFIRMED_CONFIDENCE})`;
export const IS_ANOMALY = `(${IS_TROUBLE} AND coalesce(confidence, 0) < ${CONFIRMED_CONFIDENCE})`;
export const IS_OPEN = "(state IS NULL OR state IN ('insufficient', 'invalid'))";

/** "true" where nothing of the kind is asked. */
export function answersAsked({ anomaly, confirmed, failure }: MeasurementQuery): string {
  const wanted = (sql: string, asked: boolean | undefined): string[] =>
    asked === undefined ? [] : [asked ? sql : `NOT coalesce(${sql}, false)`];
  const parts = [
    ...wanted(IS_ANOMALY, anomaly),
    ...wanted(IS_CONFIRMED, confirmed),
    ...wanted("failed", failure),
  ];
  return parts.length === 0 ? "true" : parts.join(" AND ");
}
