/**
 * The tables of a DuckDB store, and how older ones become this version's: numbered migrations, each in one transaction.
 * No index: DuckDB's would have to fit into memory; identity is kept by anti-joins on the way in (insert.ts).
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { type ColumnType, FLAT_COLUMNS } from "../flat.ts";
import { StoreProblem } from "../store.ts";
import { CREATE_HEADS, insertHeads } from "./heads.ts";
import { CREATE_TRIES, insertTries } from "./tries.ts";

export const SQL_TYPE: Readonly<Record<ColumnType, string>> = {
  text: "VARCHAR",
  number: "DOUBLE",
  asn: "UINTEGER",
  integer: "INTEGER",
  milliseconds: "BIGINT",
  json: "VARCHAR",
};

/** `"measurementId" VARCHAR, ...` */
export const OBSERVATION_COLUMNS = FLAT_COLUMNS.map(({ name, type }) => `"${name}" ${SQL_TYPE[type]}`).join(
  ", ",
);

/** The statements of each version, from 1. A published migration is never changed: a new one is added. */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE observations (${OBSERVATION_COLUMNS})`,
    `CREATE TABLE verdicts (measurementId VARCHAR NOT NULL, timeMs BIGINT, state VARCHAR NOT NULL,
       confidence DOUBLE, record VARCHAR NOT NULL)`,
    `CREATE TABLE timeline (record VARCHAR PRIMARY KEY, timeMs BIGINT NOT NULL, kind VARCHAR NOT NULL)`,
    `CREATE TABLE tokens (hash VARCHAR NOT NULL, measurementId VARCHAR NOT NULL)`,
    `CREATE TABLE sources (name VARCHAR PRIMARY KEY)`,
  ],
  [CREATE_HEADS, insertHeads("observations")],
  // Made anew by the next one.
  [],
  ["DROP TABLE IF EXISTS tries", CREATE_TRIES, insertTries("observations")],
];
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Brings the store to this version. Throws a StoreProblem for a newer one, or a database that is none of ours. */
export async function migrate(connection: DuckDBConnection, address: string): Promise<void> {
  const version = await versionOf(connection, address);
  if (version > SCHEMA_VERSION) {
    throw new StoreProblem(
      `${address}: a store of version ${version}, and this program knows ${SCHEMA_VERSION}: use a newer Brakelight`,
    );
  }
  for (let next = version; next < SCHEMA_VERSION; next++) {
    await connection.run("BEGIN");
    if (next === 0)
      await connection.run("CREATE TABLE meta (key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL)");
    for (const statement of MIGRATIONS[next]!) await connection.run(statement);
    await connection.run("INSERT OR REPLACE INTO meta VALUES ('version', $1)", [String(next + 1)]);
    await connection.run("COMMIT");
  }
}

/** 0: nothing in it yet. */
async function versionOf(connection: DuckDBConnection, address: string): Promise<number> {
  const tables = (await connection.runAndReadAll("SELECT table_name FROM duckdb_tables()"))
    .getRowsJS()
    .map(([name]) => String(name));
  if (tables.length === 0) return 0;
  const rows = tables.includes("meta")
    ? (await connection.runAndReadAll("SELECT value FROM meta WHERE key = 'version'")).getRowsJS()
    : [];
  const version = Number(rows[0]?.[0]);
  if (!Number.isInteger(version) || version < 1) {
    throw new StoreProblem(`${address}: a DuckDB file of something else: name another with --store`);
  }
  return version;
}
