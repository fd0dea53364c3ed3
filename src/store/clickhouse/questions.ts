/** The store's questions as SQL over the Distributed tables of a cluster (schema.ts). */
import type { TimelineEntry } from "../../observation/timeline-entry.ts";
import type { SpeedRow } from "../../verdict/set/speed-row.ts";
import type { Verdict } from "../../verdict/verdict.ts";
import { answersAsked, IS_ANOMALY, IS_CONFIRMED, IS_OPEN } from "../answered.ts";
import { columnsOfFields, type Fields, FLAT_COLUMNS, storedObservation } from "../flat.ts";
import { aggregationRow, measurementRow, seenFromRow, speedRow } from "../rows.ts";
import type {
  AggregationAxis,
  AggregationRow,
  HourlySpeed,
  MeasurementQuery,
  MeasurementRow,
  Scope,
  SeenFrom,
  StoredObservation,
  StoreSummary,
  TimeGrain,
} from "../store.ts";
import type { Cluster } from "./cluster.ts";
import { HAS_SPEED, HOUR_MS, QUANTILES } from "./schema.ts";
import { conditionsOf, listedOf } from "./scope.ts";

export async function summaryOf(cluster: Cluster): Promise<StoreSummary> {
  const [[observations, measurements, first, last]] = (await cluster.rows(
    "SELECT count(), uniqExact(measurementId), min(timeMs), max(timeMs) FROM observations FINAL",
  )) as [[number, number, number | null, number | null]];
  const isPartial = cluster.isPartial;
  const [[origin] = [undefined]] = await cluster.rows("SELECT value FROM meta FINAL WHERE key = 'origin'");
  cluster.isPartial ||= isPartial;
  return {
    ...(origin !== undefined && { origin: origin as "simulated" | "real" }),
    ...{ observations, measurements },
    ...(first !== null && { firstMs: first }),
    ...(last !== null && { lastMs: last }),
  };
}

const ALL = FLAT_COLUMNS.map(({ name }) => name);
const IN_ORDER = "ORDER BY timeMs ASC NULLS LAST, measurementId, part";

export async function* observationsOf(
  cluster: Cluster,
  scope: Scope,
  fields: Fields | undefined,
): AsyncGenerator<readonly StoredObservation[]> {
  const names = columnsOfFields(fields);
  const { sql, bound } = conditionsOf(scope);
  const query = `SELECT ${names.join(", ")} FROM observations FINAL WHERE ${sql} ${IN_ORDER}`;
  for await (const rows of cluster.batches(query, bound))
    yield rows.map((row) => storedObservation(names, row));
}

/** As Parquet, and how many. */
export async function parquetOf(
  cluster: Cluster,
  scope: Scope,
): Promise<{ readonly count: number; readonly bytes: AsyncIterable<Uint8Array> }> {
  const { sql, bound } = conditionsOf(scope);
  const [[count]] = (await cluster.rows(`SELECT count() FROM observations FINAL WHERE ${sql}`, bound)) as [
    [number],
  ];
  const query = `SELECT ${ALL.join(", ")} FROM observations FINAL WHERE ${sql} ${IN_ORDER}
    SETTINGS output_format_parquet_string_as_string = 1 FORMAT Parquet`;
  return { count, bytes: await cluster.raw(query, bound) };
}

/** Of each measurement the median goodput of its downloads by role, as duckdb/questions.ts. */
export async function* speedRowsOf(cluster: Cluster, scope: Scope): AsyncGenerator<readonly SpeedRow[]> {
  const { target: wanted, ...rest } = scope;
  const { sql, bound } = conditionsOf(rest);
  const speedOf = (role: string): string =>
    `if(countIf(role = '${role}') = 0, NULL, quantileExactInclusiveIf(0.5)(assumeNotNull(goodputBps), role = '${role}'))`;
  const ofTarget =
    wanted === undefined ? "true" : "countIf(role = 'target' AND target = {target:String}) > 0";
  const query = `
    SELECT min(timeMs) AS firstMs, argMin(asn, part), argMin(toNullable(toString(country)), part),
      argMin(networkName, part), argMin(prefix, part), argMin(place, part),
      ${speedOf("target")}, ${speedOf("control")}, ${speedOf("lookalike")}, measurementId
    FROM observations FINAL
    WHERE timeMs IS NOT NULL AND asn IS NOT NULL AND goodputBps IS NOT NULL
      AND ifNull(direction, '') <> 'up' AND ${sql}
    GROUP BY measurementId
    HAVING countIf(role = 'control') > 0 AND countIf(role <> 'control') > 0 AND ${ofTarget}
    ORDER BY firstMs, measurementId`;
  const all = wanted === undefined ? bound : { ...bound, target: wanted };
  for await (const rows of cluster.batches(query, all)) yield rows.map(speedRow);
}

/** Without FINAL: what is there twice is one place. */
export async function* seenFromOf(cluster: Cluster, most: number): AsyncGenerator<readonly SeenFrom[]> {
  const placesOf = (group: "asn" | "country"): string =>
    `SELECT DISTINCT ${group === "asn" ? "asn, NULL AS land" : "NULL AS asn, toString(country) AS land"}, prefix, place
     FROM observations WHERE isNotNull(prefix) AND isNotNull(${group}) LIMIT {most:UInt32} BY ${group}`;
  let isPartial = false;
  for (const group of ["asn", "country"] as const) {
    for await (const rows of cluster.batches(placesOf(group), { most })) yield rows.map(seenFromRow);
    isPartial ||= cluster.isPartial;
  }
  cluster.isPartial = isPartial;
}

export async function measurementsOf(
  cluster: Cluster,
  query: MeasurementQuery,
): Promise<readonly MeasurementRow[]> {
  const { sql, bound } = listedOf(query);
  const direction = query.order === "asc" ? "ASC" : "DESC";
  const rows = await cluster.rows(
    `SELECT measurementId, timeMs, country, asn, target, state, confidence, failed
     FROM heads WHERE ${sql} AND ${answersAsked(query)}
     ORDER BY timeMs ${direction} NULLS LAST, measurementId ${direction}
     LIMIT {limit:UInt64} OFFSET {offset:UInt64}`,
    { ...bound, limit: query.limit, offset: query.offset },
  );
  return rows.map(measurementRow);
}

export async function measurementOf(
  cluster: Cluster,
  id: string,
): Promise<{ observations: readonly StoredObservation[]; verdicts: readonly Verdict[] } | undefined> {
  const rows = await cluster.rows(
    `SELECT ${ALL.join(", ")} FROM observations FINAL WHERE measurementId = {id:String} ORDER BY part`,
    { id },
  );
  const isPartial = cluster.isPartial;
  const judged = await cluster.rows("SELECT record FROM verdicts FINAL WHERE measurementId = {id:String}", {
    id,
  });
  cluster.isPartial ||= isPartial;
  if (rows.length === 0 && judged.length === 0) return undefined;
  return {
    observations: rows.map((row) => storedObservation(ALL, row)),
    verdicts: judged.map(([record]) => JSON.parse(String(record)) as Verdict),
  };
}

export async function timelineOf(
  cluster: Cluster,
  scope: Pick<Scope, "sinceMs" | "untilMs">,
): Promise<readonly TimelineEntry[]> {
  const { sinceMs, untilMs } = scope;
  const { sql, bound } = conditionsOf({
    ...(sinceMs !== undefined && { sinceMs }),
    ...(untilMs !== undefined && { untilMs }),
  });
  const rows = await cluster.rows(
    `SELECT record FROM timeline FINAL WHERE ${sql} ORDER BY timeMs, record`,
    bound,
  );
  return rows.map(([record]) => JSON.parse(String(record)) as TimelineEntry);
}

const MOMENT = "toDateTime64(assumeNotNull(timeMs) / 1000, 0, 'UTC')";
const AXIS: Readonly<Record<AggregationAxis, (grain: TimeGrain) => string>> = {
  measurement_start_day: (grain) =>
    `if(timeMs IS NULL, NULL, formatDateTime(toDateTime64(toString(date_trunc('${grain}', ${MOMENT}, 'UTC')), 0, 'UTC'),
      '%Y-%m-%dT%H:%i:%SZ'))`,
  probe_cc: () => "country",
  probe_asn: () => "toString(asn)",
  domain: () => "target",
};

const COUNTS = [
  "countIf(ifNull(state, '') = 'ok')",
  `countIf(${IS_ANOMALY})`,
  `countIf(${IS_CONFIRMED})`,
  `countIf(${IS_OPEN})`,
];

export async function aggregationOf(
  cluster: Cluster,
  scope: Scope,
  axes: readonly AggregationAxis[],
  grain: TimeGrain,
): Promise<readonly AggregationRow[]> {
  const { sql, bound } = listedOf(scope);
  const columns = axes.map((axis, at) => `${AXIS[axis](grain)} AS axis${at}`);
  const names = axes.map((_, at) => `axis${at}`).join(", ");
  const rows = await cluster.rows(
    `SELECT ${[...columns, "count()", ...COUNTS].join(", ")} FROM heads WHERE ${sql}
     ${names === "" ? "" : `GROUP BY ${names} ORDER BY ${names}`}`,
    bound,
  );
  return rows.map((row) => aggregationRow(axes, row));
}

/** Of every name that was measured, controls too; downloads. Out of `hourly` where whole hours are asked for. */
export async function* hourlySpeedsOf(
  cluster: Cluster,
  scope: Scope,
): AsyncGenerator<readonly HourlySpeed[]> {
  const isWhole = [scope.sinceMs, scope.untilMs].every((ms) => ms === undefined || ms % HOUR_MS === 0);
  const { sql, bound } = isWhole ? wholeHours(scope) : conditionsOf(scope);
  const source = isWhole
    ? `SELECT hour, network AS asn, name AS target, groupUniqArrayMerge(h.speeds) AS pairs,
         length(pairs) AS count,
         arrayReduce('quantilesExactInclusive(${QUANTILES})', arrayMap(pair -> pair.2, pairs)) AS q FROM hourly AS h WHERE ${sql}`
    : `SELECT toInt32(floor(assumeNotNull(o.timeMs) / ${HOUR_MS})) AS hour, o.asn AS asn, o.target AS target,
         count() AS count, quantilesExactInclusive(${QUANTILES})(assumeNotNull(goodputBps)) AS q
       FROM observations AS o FINAL WHERE ${HAS_SPEED} AND ${sql}`;
  const query = `SELECT hour, asn, target, count, q[1], q[2], q[3]
    FROM (${source} GROUP BY hour, asn, target) ORDER BY hour, asn, target`;
  for await (const rows of cluster.batches(query, bound)) {
    yield rows.map(([hour, asn, target, transfers, p10, p50, p90]) => ({
      ...{ hourMs: Number(hour) * HOUR_MS, asn: Number(asn), target: String(target) },
      ...{ transfers: Number(transfers), p10Bps: Number(p10), p50Bps: Number(p50), p90Bps: Number(p90) },
    }));
  }
}

function wholeHours({ sinceMs, untilMs, country, asn, target }: Scope) {
  const asked: readonly (readonly [string, string, string, string | number | undefined])[] = [
    ["hour >=", "since", "Int32", sinceMs === undefined ? undefined : sinceMs / HOUR_MS],
    ["hour <", "until", "Int32", untilMs === undefined ? undefined : untilMs / HOUR_MS],
    ["land =", "country", "String", country],
    ["network =", "asn", "UInt32", asn],
    ["name =", "target", "String", target],
  ];
  const given = asked.filter(([, , , value]) => value !== undefined);
  return {
    sql:
      given.length === 0
        ? "true"
        : given.map(([sql, name, type]) => `${sql} {${name}:${type}}`).join(" AND "),
    bound: Object.fromEntries(given.map(([, name, , value]) => [name, value])),
  };
}
