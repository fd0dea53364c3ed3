/**
 * The tables of a ClickHouse store, and how older ones become this version's. Every server has its share of each in a local
 * table; the Distributed table of the same name without "_local" is all of them. Everything of a measurement is on one
 * shard. Identity: the first that came stays (ReplacingMergeTree keeps the highest `version`, which falls with time), in
 * answers by FINAL, whether the server has merged already or not.
 * `hourly` is kept by a materialized view. Its states are sets of (identity, speed): quantiles out of them are exact, and what
 * is put into an hour twice is in it once.
 */
import { type ColumnType, FLAT_COLUMNS } from "../flat.ts";
import type { Cluster } from "./cluster.ts";
import { problemAt } from "./cluster.ts";

const TYPE: Readonly<Record<ColumnType, string>> = {
  ...{ text: "Nullable(String)", json: "Nullable(String)", number: "Nullable(Float64)" },
  ...{ asn: "Nullable(UInt32)", integer: "Nullable(Int32)", milliseconds: "Nullable(Int64)" },
};
const OWN_TYPE: Readonly<Record<string, string>> = {
  ...{ measurementId: "String", part: "Int32" },
  ...{ origin: "LowCardinality(String)", role: "LowCardinality(String)" },
  country: "LowCardinality(Nullable(String))",
};
const columnsWith = (own: Readonly<Record<string, string>>): string =>
  FLAT_COLUMNS.map(({ name, type }) => `${name} ${own[name] ?? TYPE[type]}`).join(", ");
const OBSERVATION_COLUMNS = columnsWith(OWN_TYPE);
/** Of what comes in: its part may not be said. */
export const INCOMING_COLUMNS = columnsWith({ ...OWN_TYPE, part: "Nullable(Int32)" });

export const HOUR_MS = 3_600_000;
export const QUANTILES = "0.1, 0.5, 0.9";
/** What hourly speeds are made of, and by what they are grouped; `country` is '' where it is not known. */
export const HAS_SPEED = `goodputBps IS NOT NULL AND timeMs IS NOT NULL AND asn IS NOT NULL AND target IS NOT NULL
  AND ifNull(direction, '') <> 'up'`;
export const HOURLY_KEY = `toInt32(floor(assumeNotNull(timeMs) / ${HOUR_MS})) AS hour,
  assumeNotNull(asn) AS network, assumeNotNull(target) AS name, ifNull(toString(country), '') AS land`;
export const hourlyOf = (source: string, conditions: string): string =>
  `SELECT ${HOURLY_KEY},
     groupUniqArrayState((cityHash64(measurementId, part), assumeNotNull(goodputBps))) AS speeds
   FROM ${source} WHERE ${HAS_SPEED} AND ${conditions} GROUP BY hour, network, name, land`;

const OF_MEASUREMENT = "cityHash64(measurementId)";
const HEAD_COLUMNS = `measurementId String, timeMs Nullable(Int64), country Nullable(String), asn Nullable(UInt32),
  target Nullable(String), targets Array(String), isAimed UInt8, failed UInt8, state Nullable(String),
  confidence Nullable(Float64)`;

interface Context {
  readonly database: string;
  readonly cluster: string;
  readonly onCluster: string;
}
type Statement = (context: Context) => string;

function replacing(name: string, columns: string, order: string): Statement {
  return ({ database, onCluster }) =>
    `CREATE TABLE IF NOT EXISTS ${database}.${name}_local ${onCluster} (${columns}, version Int64)
     ENGINE = ReplacingMergeTree(version) ORDER BY (${order})`;
}

function distributed(name: string, columns: string, by: string): Statement {
  return ({ database, cluster, onCluster }) =>
    `CREATE TABLE IF NOT EXISTS ${database}.${name} ${onCluster} (${columns})
     ENGINE = Distributed(${cluster}, ${database}, ${name}_local, ${by})`;
}

function table(name: string, columns: string, order: string, by: string): readonly Statement[] {
  return [replacing(name, columns, order), distributed(name, `${columns}, version Int64`, by)];
}

const HOURLY_COLUMNS = `hour Int32, network UInt32, name String, land String,
  speeds AggregateFunction(groupUniqArray, Tuple(UInt64, Float64))`;

/** The statements of each version, from 1. A published migration is never changed: a new one is added. */
const MIGRATIONS: readonly (readonly Statement[])[] = [
  [
    ...table("observations", OBSERVATION_COLUMNS, "measurementId, part", OF_MEASUREMENT),
    ...table(
      "verdicts",
      `measurementId String, timeMs Nullable(Int64), state Nullable(String), confidence Nullable(Float64), record String`,
      "measurementId",
      OF_MEASUREMENT,
    ),
    ...table("tokens", "measurementId String, hash String", "measurementId", OF_MEASUREMENT),
    ...table("timeline", "record String, timeMs Int64, kind String", "record", "cityHash64(record)"),
    ...table("sources", "name String", "name", "cityHash64(name)"),
    ...table("meta", "key String, value String", "key", "cityHash64(key)"),
    ({ database, onCluster }) =>
      `CREATE TABLE IF NOT EXISTS ${database}.hourly_local ${onCluster} (${HOURLY_COLUMNS})
       ENGINE = AggregatingMergeTree ORDER BY (hour, network, name, land)`,
    distributed("hourly", HOURLY_COLUMNS, "cityHash64(hour, network, name)"),
    ({ database, onCluster }) =>
      `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.hourly_kept ${onCluster} TO ${database}.hourly_local
       AS ${hourlyOf(`${database}.observations_local`, "true")}`,
    ({ database, onCluster }) =>
      `CREATE VIEW IF NOT EXISTS ${database}.heads_local ${onCluster} (${HEAD_COLUMNS}) AS
       SELECT h.measurementId AS measurementId, h.firstMs AS timeMs, h.land AS country, h.network AS asn,
         h.name AS target, h.names AS targets, h.isAimed AS isAimed, h.hasFailed AS failed, v.state AS state,
         v.confidence AS confidence
       FROM (SELECT measurementId, min(timeMs) AS firstMs, argMin(toNullable(toString(country)), part) AS land,
           argMin(asn, part) AS network, argMinIf(target, part, role = 'target') AS name,
           groupUniqArrayIf(target, role = 'target') AS names, countIf(role = 'target') > 0 AS isAimed,
           countIf(role = 'target' AND failure IS NOT NULL) > 0 AS hasFailed
         FROM ${database}.observations_local FINAL GROUP BY measurementId) AS h
       LEFT JOIN (SELECT measurementId, state, confidence FROM ${database}.verdicts_local FINAL) AS v
       ON h.measurementId = v.measurementId`,
    distributed("heads", HEAD_COLUMNS, OF_MEASUREMENT),
  ],
];
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings every server to this version; `admin` is not in the database, which may not be there yet. Throws a StoreProblem for
 * a newer version. Nothing is made or asked of other servers where this one is up to date: one of them may be down.
 */
export async function migrate(admin: Cluster): Promise<void> {
  const { address } = admin;
  const { database, cluster } = address;
  const known = await admin.own("SELECT 1 FROM system.clusters WHERE cluster = {cluster:String} LIMIT 1", {
    cluster,
  });
  if (known.length === 0)
    throw problemAt(address, `the server knows no cluster '${cluster}': name it with ?cluster=`);
  const version = await versionOf(admin);
  if (version > SCHEMA_VERSION) {
    throw problemAt(
      address,
      `a store of version ${version}, and this program knows ${SCHEMA_VERSION}: use a newer Brakelight`,
    );
  }
  if (version === SCHEMA_VERSION) return;
  if (version === 0) {
    await admin.everywhere((onCluster) => `CREATE DATABASE IF NOT EXISTS ${database} ${onCluster}`);
    await admin.everywhere(
      (onCluster) =>
        `CREATE TABLE IF NOT EXISTS ${database}.migrations_local ${onCluster} (version UInt32)
         ENGINE = MergeTree ORDER BY version`,
    );
  }
  for (let next = version; next < SCHEMA_VERSION; next++) {
    for (const statement of MIGRATIONS[next]!)
      await admin.everywhere((onCluster) => statement({ database, cluster, onCluster }));
    await noteVersion(admin, next + 1);
  }
}

/** 0: nothing in it yet. */
async function versionOf(admin: Cluster): Promise<number> {
  const { database } = admin.address;
  const tables = await admin.own("SELECT name FROM system.tables WHERE database = {database:String}", {
    database,
  });
  if (tables.length === 0) return 0;
  if (!tables.some(([name]) => name === "migrations_local"))
    throw problemAt(admin.address, "a database of something else: name another");
  const [[version] = [0]] = await admin.own(`SELECT max(version) FROM ${database}.migrations_local`);
  return Number(version);
}

/** On the server that is asked: where all are named, on each. */
async function noteVersion(admin: Cluster, version: number): Promise<void> {
  const { database } = admin.address;
  await admin.note(`${database}.migrations_local`, [[version]]);
}
