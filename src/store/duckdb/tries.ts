/**
 * `tries`: one row a measurement and name that it was aimed at, so that courses over millions of them need not group
 * observations: when and from where (of its lowest part that says it), whether some attempt failed, the median goodput of its
 * downloads beside that of its controls, and what the judge calls the pair (slow-pair.ts; where the judge's constants
 * change, a migration makes it anew). Kept by every way in, with `heads` and in the same transaction.
 */
import { GRAIN_MS, pairCourseRow } from "../rows.ts";
import { pairConditions } from "../slow-pair.ts";
import type { PairCourseQuery, PairCourseRow } from "../store.ts";
import type { Database } from "./database.ts";
import { conditionsOf } from "./scope.ts";

export const CREATE_TRIES = `CREATE TABLE tries ("measurementId" VARCHAR NOT NULL, "timeMs" BIGINT, country VARCHAR,
  asn UINTEGER, target VARCHAR NOT NULL, failed BOOLEAN NOT NULL, "targetBps" DOUBLE, "controlBps" DOUBLE,
  slow BOOLEAN NOT NULL, fast BOOLEAN NOT NULL)`;

const { slow, fast } = pairConditions('"targetBps"', '"controlBps"');
const DOWN = "direction IS DISTINCT FROM 'up'";
const AIMED = "role = 'target' AND target IS NOT NULL";

/** `source`: a table or a query in brackets whose measurements are whole; constants of this program. */
export function insertTries(source: string, isSingle = false): string {
  if (isSingle) {
    return `INSERT INTO tries SELECT "measurementId", "timeMs", country, asn, target, failure IS NOT NULL,
      CASE WHEN ${DOWN} THEN "goodputBps" END, NULL, false, false FROM ${source} AS source WHERE ${AIMED}`;
  }
  return `INSERT INTO tries SELECT "measurementId", "timeMs", country, asn, target, failed, "targetBps", "controlBps",
      coalesce(${slow}, false), coalesce(${fast}, false)
    FROM (SELECT "measurementId", target, bool_or(failure IS NOT NULL) AS failed,
        median("goodputBps") FILTER (${DOWN}) AS "targetBps"
      FROM ${source} AS source WHERE ${AIMED} GROUP BY "measurementId", target) AS aimed
    JOIN (SELECT "measurementId", min("timeMs") AS "timeMs", arg_min(country, part) AS country,
        arg_min(asn, part) AS asn, median("goodputBps") FILTER (role = 'control' AND ${DOWN}) AS "controlBps"
      FROM ${source} AS source GROUP BY "measurementId") AS whole
    USING ("measurementId")`;
}

const IS_PAIR = `"targetBps" > 0 AND "controlBps" > 0`;

/** All three at once: each by itself would collect and sort the values anew. */
const quantiles = (value: string): string => `quantile_cont(${value}, [0.1, 0.5, 0.9]) FILTER (${IS_PAIR})`;
const SPEEDS = `, ${quantiles('"targetBps" / "controlBps"')} AS r, ${quantiles('"targetBps"')} AS t,
  ${quantiles('"controlBps"')} AS c`;

export async function* pairCourseOf(
  database: Database,
  { grain, byNetwork, countsOnly = false, ...scope }: PairCourseQuery,
): AsyncGenerator<readonly PairCourseRow[]> {
  const { sql, bound } = conditionsOf(scope);
  const grainMs = GRAIN_MS[grain];
  const query = `
    SELECT bucket, network, target, count, failures, pairs, slow, fast
      ${countsOnly ? "" : ", r[1], r[2], r[3], t[1], t[2], t[3], c[1], c[2], c[3]"}
    FROM (SELECT ${grainMs === undefined ? "0" : `("timeMs" // ${grainMs})::INTEGER`} AS bucket,
        ${byNetwork ? "asn" : "0::UINTEGER"} AS network, target,
        count(*)::DOUBLE AS count, count(*) FILTER (failed)::DOUBLE AS failures,
        count(*) FILTER (${IS_PAIR})::DOUBLE AS pairs,
        count(*) FILTER (slow)::DOUBLE AS slow, count(*) FILTER (fast)::DOUBLE AS fast ${countsOnly ? "" : SPEEDS}
      FROM tries WHERE "timeMs" IS NOT NULL AND asn IS NOT NULL AND ${sql} GROUP BY bucket, network, target)
    ORDER BY bucket, network, target`;
  for await (const rows of database.batches(query, bound))
    yield rows.map((row) => pairCourseRow(row, grainMs, byNetwork, countsOnly));
}
