/**
 * The fast way in: DuckDB itself reads a file of observations (one JSON a line, or Parquet as exported), into columns that
 * are named here, and checks them (checks.ts). Undefined: something in the file is not as it should be, nothing was kept,
 * and the slow way has to say what. Lines of more than 16 MiB are such a thing.
 */
import { open } from "node:fs/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { type ColumnType, FLAT_COLUMNS } from "../flat.ts";
import { type Added, StoreProblem } from "../store.ts";
import { IS_VALID } from "./checks.ts";
import { insertIncoming, keepOrigin, makeIncoming } from "./insert.ts";
import { SQL_TYPE } from "./schema.ts";

/** Numbers are read as what JSON has, so that 1.5 is not rounded to a whole number. */
const FILE_TYPE: Readonly<Record<ColumnType, string>> = {
  ...{ text: "VARCHAR", json: "JSON", number: "DOUBLE", asn: "DOUBLE", integer: "DOUBLE" },
  milliseconds: "BIGINT",
};
const IN_FILE = FLAT_COLUMNS.filter(({ name }) => !/^(timeMs|trigger.*)$/.test(name));
const LONGEST_LINE_BYTES = 16 * 1024 * 1024;

const FROM_JSON = `(SELECT * EXCLUDE ("trigger"), "trigger"."kind" AS "triggerKind", "trigger"."value" AS "triggerValue"
  FROM read_json($path, format = 'newline_delimited', compression = 'uncompressed',
    maximum_object_size = ${LONGEST_LINE_BYTES}, columns = {
      ${IN_FILE.map(({ name, type }) => `"${name}": '${FILE_TYPE[type]}'`).join(", ")},
      "trigger": 'STRUCT("kind" VARCHAR, "value" VARCHAR)' }))`;

const FROM_PARQUET = `(SELECT ${FLAT_COLUMNS.filter(({ name }) => name !== "timeMs")
  .map(({ name, type }) => `"${name}"::${FILE_TYPE[type]} AS "${name}"`)
  .join(", ")} FROM read_parquet($path))`;

const SELECTED = FLAT_COLUMNS.map(({ name, type }) =>
  name === "timeMs"
    ? `epoch_ms(try_cast("time" AS TIMESTAMP))`
    : name === "measurementId"
      ? `CASE WHEN ${IS_VALID} THEN "measurementId" ELSE error('not valid') END`
      : `"${name}"::${SQL_TYPE[type]}`,
).join(", ");

export type FlatFileKind = "jsonl" | "parquet";

const PARQUET_MAGIC = "PAR1";

/** By content: Parquet begins with its name. */
export async function kindOfFlatFile(path: string): Promise<FlatFileKind> {
  const unreadable = (error: Error): never => {
    throw new StoreProblem(`${path}: cannot be read: ${error.message}`);
  };
  const file = await open(path, "r").catch(unreadable);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(4), 0, 4, 0).catch(unreadable);
    return Buffer.from(buffer.subarray(0, bytesRead)).toString("latin1") === PARQUET_MAGIC
      ? "parquet"
      : "jsonl";
  } finally {
    await file.close();
  }
}

/** What DuckDB says of a file's content, and not of the machine. */
const OF_CONTENT = /^(Invalid Input|Conversion|Invalid|Parser|Binder|Out of Range|Invalid Type) Error/;

/** Within a transaction that the caller ends: rolls back where the answer is undefined. */
export async function loadFlatFile(
  connection: DuckDBConnection,
  address: string,
  path: string,
  kind: FlatFileKind,
): Promise<Added | undefined> {
  try {
    await makeIncoming(connection);
    await connection.run(
      `INSERT INTO incoming SELECT ${SELECTED} FROM ${kind === "jsonl" ? FROM_JSON : FROM_PARQUET} AS file`,
      { path },
    );
  } catch (error) {
    if (error instanceof Error && OF_CONTENT.test(error.message)) return undefined;
    throw error;
  }
  const kinds = (
    await connection.runAndReadAll("SELECT DISTINCT origin = 'simulated' FROM incoming")
  ).getRowsJS() as [boolean][];
  await keepOrigin(
    connection,
    address,
    kinds.map(([simulated]) => simulated),
  );
  return insertIncoming(connection);
}
