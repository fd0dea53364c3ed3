/**
 * The store's questions as SQL over `observations`, and over `heads` where they are about measurements. Streams come in batches of DuckDB's chunks; sorting
 * goes to disk where it does not fit (database.ts).
 */
import type { TimelineEntry } from "../../observation/timeline-entry.ts";
import type { SpeedRow } from "../../verdict/set/speed-row.ts";
import type { Verdict } from "../../verdict/verdict.ts";
import { answersAsked, IS_ANOMALY, IS_CONFIRMED, IS_OPEN } from "../answered.ts";
import {
  columnsOfFields,
  type Fields,
  FLAT_COLUMNS,
  storedObservation,
  storedObservations,
} from "../flat.ts";
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
import type { Database } from "./database.ts";
import { conditionsOf, listedOf } from "./scope.ts";

export async function summaryOf(database: Database): Promise<StoreSummary> {
  const [[observations, measurements, first, last]] = (await database.rows(
    `SELECT count(*), (SELECT count(*) FROM heads), min("timeMs"), max("timeMs") FROM observations`,
  )) as [[bigint, bigint, bigint | null, bigint | null]];
  const [[origin] = [null]] = await database.rows("SELECT value FROM meta WHERE key = 'origin'");
  return {
    ...(origin !== null && { origin: origin as "simulated" | "real" }),
    ...{ observations: Number(observations), measurements: Number(measurements) },
    ...(first !== null && { firstMs: Number(first) }),
    ...(last !== null && { lastMs: Number(last) }),
  };
}

const ALL = FLAT_COLUMNS.map(({ name }) => name);
const IN_ORDER = `ORDER BY "timeMs" NULLS LAST, "measurementId", "part"`;

export async function* observationsOf(
  database: Database,
  scope: Scope,
  fields: Fields | undefined,
): AsyncGenerator<readonly StoredObservation[]> {
  const names = columnsOfFields(fields);
  const { sql, bound } = conditionsOf(scope);
  const query = `SELECT ${names.map((name) => `"${name}"`).join(", ")} FROM observations WHERE ${sql} ${IN_ORDER}`;
  for await (const columns of database.columns(query, bound)) yield storedObservations(names, columns);
}

/**
 * Of each measurement the median goodput of its downloads by role. A measurement is one place's: `place` is the prefix,
 * and the ordinal within it (or within the network, where no prefix is kept) where there is one.
 */
export async function* speedRowsOf(database: Database, scope: Scope): AsyncGenerator<readonly SpeedRow[]> {
  const { target: wanted, ...rest } = scope;
  const { sql, bound } = conditionsOf(rest);
  const speedOf = (role: string): string => `median("goodputBps") FILTER (role = '${role}')`;
  const ofTarget = wanted === undefined ? "true" : "bool_or(role = 'target' AND target = $target)";
  const query = `
    SELECT min("timeMs"), arg_min(asn, part), arg_min(country, part), arg_min("networkName", part),
      arg_min(prefix, part), arg_min(place, part),
      ${speedOf("target")}, ${speedOf("control")} AS control, ${speedOf("lookalike")}, "measurementId"
    FROM observations
    WHERE "timeMs" IS NOT NULL AND asn IS NOT NULL AND "goodputBps" IS NOT NULL
      AND direction IS DISTINCT FROM 'up' AND ${sql}
    GROUP BY "measurementId" HAVING control IS NOT NULL AND bool_or(role <> 'control') AND ${ofTarget}
    ORDER BY 1, "measurementId"`;
  const all = wanted === undefined ? bound : { ...bound, target: wanted };
  for await (const rows of database.batches(query, all)) yield rows.map(speedRow);
}

export async function* seenFromOf(database: Database, most: number): AsyncGenerator<readonly SeenFrom[]> {
  const placesOf = (group: "asn" | "country"): string => `
    SELECT ${group === "asn" ? "asn, NULL AS country" : "NULL AS asn, country"}, prefix, place
    FROM (SELECT DISTINCT ${group}, prefix, place FROM seen WHERE ${group} IS NOT NULL)
    QUALIFY row_number() OVER (PARTITION BY ${group}) <= $most`;
  const query = `
    WITH seen AS MATERIALIZED (SELECT DISTINCT asn, country, prefix, place FROM observations WHERE prefix IS NOT NULL)
    ${placesOf("asn")} UNION ALL ${placesOf("country")}`;
  for await (const rows of database.batches(query, { most })) yield rows.map(seenFromRow);
}

export async function measurementsOf(
  database: Database,
  query: MeasurementQuery,
): Promise<readonly MeasurementRow[]> {
  const { sql, bound } = listedOf(query);
  const direction = query.order === "asc" ? "ASC" : "DESC";
  const rows = await database.rows(
    `SELECT "measurementId", "timeMs", country, asn, target, state, confidence, failed
     FROM heads WHERE ${sql} AND ${answersAsked(query)}
     ORDER BY "timeMs" ${direction} NULLS LAST, "measurementId" ${direction}
     LIMIT $limit OFFSET $offset`,
    { ...bound, limit: BigInt(query.limit), offset: BigInt(query.offset) },
  );
  return rows.map(measurementRow);
}

export async function measurementOf(
  database: Database,
  id: string,
): Promise<{ observations: readonly StoredObservation[]; verdicts: readonly Verdict[] } | undefined> {
  const names = ALL.map((name) => `"${name}"`).join(", ");
  const rows = await database.rows(
    `SELECT ${names} FROM observations WHERE "measurementId" = $id ORDER BY part`,
    { id },
  );
  const judged = await database.rows(`SELECT record FROM verdicts WHERE "measurementId" = $id`, { id });
  if (rows.length === 0 && judged.length === 0) return undefined;
  return {
    observations: rows.map((row) => storedObservation(ALL, row)),
    verdicts: judged.map(([record]) => JSON.parse(String(record)) as Verdict),
  };
}

export async function timelineOf(
  database: Database,
  scope: Pick<Scope, "sinceMs" | "untilMs">,
): Promise<readonly TimelineEntry[]> {
  const { sql, bound } = conditionsOf(scope);
  const rows = await database.rows(
    `SELECT record FROM timeline WHERE ${sql} ORDER BY "timeMs", record`,
    bound,
  );
  return rows.map(([record]) => JSON.parse(String(record)) as TimelineEntry);
}

const AXIS: Readonly<Record<AggregationAxis, (grain: TimeGrain) => string>> = {
  measurement_start_day: (grain) =>
    `strftime(date_trunc('${grain}', make_timestamp("timeMs" * 1000)), '%Y-%m-%dT%H:%M:%SZ')`,
  probe_cc: () => "country",
  probe_asn: () => "asn::VARCHAR",
  domain: () => "target",
};

export async function aggregationOf(
  database: Database,
  scope: Scope,
  axes: readonly AggregationAxis[],
  grain: TimeGrain,
): Promise<readonly AggregationRow[]> {
  const { sql, bound } = listedOf(scope);
  const columns = axes.map((axis, at) => `${AXIS[axis](grain)} AS axis${at}`);
  const numbers = axes.map((_, at) => String(at + 1)).join(", ");
  const rows = await database.rows(
    `SELECT ${[...columns, "count(*)", ...COUNTS].join(", ")}
     FROM heads WHERE ${sql}
     ${numbers === "" ? "" : `GROUP BY ${numbers} ORDER BY ${numbers}`}`,
    bound,
  );
  return rows.map((row) => aggregationRow(axes, row));
}

const COUNTS = [
  "count(*) FILTER (state = 'ok')",
  `count(*) FILTER (${IS_ANOMALY})`,
  `count(*) FILTER (${IS_CONFIRMED})`,
  `count(*) FILTER (${IS_OPEN})`,
];

const HOUR_MS = 3_600_000;

/** Of every name that was measured, controls too; downloads. */
export async function* hourlySpeedsOf(
  database: Database,
  scope: Scope,
): AsyncGenerator<readonly HourlySpeed[]> {
  const { sql, bound } = conditionsOf(scope);
  const query = `
    SELECT ("timeMs" // ${HOUR_MS})::INTEGER AS hour, asn, target, count(*)::DOUBLE,
      quantile_cont("goodputBps", 0.1), quantile_cont("goodputBps", 0.5), quantile_cont("goodputBps", 0.9)
    FROM observations
    WHERE "goodputBps" IS NOT NULL AND "timeMs" IS NOT NULL AND asn IS NOT NULL AND target IS NOT NULL
      AND direction IS DISTINCT FROM 'up' AND ${sql}
    GROUP BY hour, asn, target ORDER BY hour, asn, target`;
  for await (const columns of database.columns(query, bound)) {
    const [hours, networks, targets, counts, p10, p50, p90] = columns as [
      number[],
      number[],
      string[],
      ...Numbers,
    ];
    yield hours.map((hour, row) => ({
      ...{ hourMs: hour * HOUR_MS, asn: networks[row]!, target: targets[row]!, transfers: counts[row]! },
      ...{ p10Bps: p10[row]!, p50Bps: p50[row]!, p90Bps: p90[row]! },
    }));
  }
}

type Numbers = [number[], number[], number[], number[]];
