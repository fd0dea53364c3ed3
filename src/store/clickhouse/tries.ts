/** The course of pairs over a cluster: as duckdb/tries.ts, out of the observations themselves. */
import { GRAIN_MS, pairCourseRow } from "../rows.ts";
import { pairConditions } from "../slow-pair.ts";
import type { PairCourseQuery, PairCourseRow } from "../store.ts";
import type { Cluster } from "./cluster.ts";
import { conditionsOf } from "./scope.ts";

const IS_DOWN = "goodputBps IS NOT NULL AND ifNull(direction, '') <> 'up'";
const medianWhere = (condition: string): string => `if(countIf(${condition}) = 0, NULL,
  quantileExactInclusiveIf(0.5)(assumeNotNull(goodputBps), ${condition}))`;
/** Names are the columns' own only outside: inside, they would stand for the aggregates. */
const TRIES = `
  SELECT w.firstMs AS timeMs, w.land AS country, w.network AS asn, t.name AS target, t.hasFailed AS failed,
    t.speed AS targetBps, w.speed AS controlBps
  FROM (SELECT measurementId, assumeNotNull(o.target) AS name, countIf(failure IS NOT NULL) > 0 AS hasFailed,
      ${medianWhere(IS_DOWN)} AS speed
    FROM observations AS o FINAL WHERE role = 'target' AND o.target IS NOT NULL GROUP BY measurementId, name) AS t
  INNER JOIN (SELECT measurementId, min(o.timeMs) AS firstMs,
      argMin(toNullable(toString(o.country)), part) AS land, argMin(o.asn, part) AS network,
      ${medianWhere(`role = 'control' AND ${IS_DOWN}`)} AS speed
    FROM observations AS o FINAL GROUP BY measurementId) AS w
  ON t.measurementId = w.measurementId`;
const QUANTILES = "0.1, 0.5, 0.9";
const { slow, fast } = pairConditions("targetBps", "controlBps");
const IS_PAIR = "ifNull(targetBps > 0 AND controlBps > 0, 0)";

const quantiles = (value: string): string =>
  `quantilesExactInclusiveIf(${QUANTILES})(assumeNotNull(${value}), ${IS_PAIR})`;
const SPEEDS = `, ${quantiles("targetBps / controlBps")} AS r, ${quantiles("targetBps")} AS t,
  ${quantiles("controlBps")} AS c`;

export async function* pairCourseOf(
  cluster: Cluster,
  { grain, byNetwork, countsOnly = false, ...scope }: PairCourseQuery,
): AsyncGenerator<readonly PairCourseRow[]> {
  const { sql, bound } = conditionsOf(scope);
  const grainMs = GRAIN_MS[grain];
  const query = `
    SELECT at, network, name, count, failures, pairs, slow, fast
      ${countsOnly ? "" : ", r[1], r[2], r[3], t[1], t[2], t[3], c[1], c[2], c[3]"}
    FROM (SELECT ${grainMs === undefined ? "0" : `toInt32(floor(assumeNotNull(timeMs) / ${grainMs}))`} AS at,
        ${byNetwork ? "assumeNotNull(asn)" : "toUInt32(0)"} AS network, target AS name, count() AS count,
        countIf(failed) AS failures, countIf(${IS_PAIR}) AS pairs,
        countIf(ifNull(${slow}, 0)) AS slow, countIf(ifNull(${fast}, 0)) AS fast
        ${countsOnly ? "" : SPEEDS}
      FROM (${TRIES}) WHERE timeMs IS NOT NULL AND asn IS NOT NULL AND ${sql} GROUP BY at, network, name)
    ORDER BY at, network, name`;
  for await (const rows of cluster.batches(query, bound))
    yield rows.map((row) => pairCourseRow(row, grainMs, byNetwork, countsOnly));
}
