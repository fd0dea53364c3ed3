/**
 * The fast way in: DuckDB itself reads a file of observations (one JSON a line, or Parquet as exported), into columns that
 * are named here, and checks them (checks.ts). Undefined: something in the file is not as it should be, nothing was kept,
 * and the slow way has to say what. Lines of more than 16 MiB are such a thing.
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { type ColumnType, FLAT_COLUMNS } from "../flat.ts";
import type { FlatFileKind } from "../flat-file.ts";
import type { Added } from "../store.ts";
import { FREE_TEXTS, IS_VALID, LOOKS_LIKE_TEXT } from "./checks.ts";
import { addHeads } from "./heads.ts";
import { insertIncoming, keepOrigin, makeIncoming } from "./insert.ts";
import { SQL_TYPE } from "./schema.ts";

/** Numbers are read as what JSON has, so that 1.5 is not rounded to a whole number. */
const FILE_TYPE: Readonly<Record<ColumnType, string>> = {
  ...{ text: "VARCHAR", json: "JSON", number: "DOUBLE", asn: "DOUBLE", integer: "DOUBLE" },
  milliseconds: "BIGINT",
};
const IN_FILE = FLAT_COLUMNS.filter(({ name }) => !/^(timeMs|trigger.*)$/.test(name));
const LONGEST_LINE_BYTES = 16 * 1024 * 1024;

/** Of a column whose texts are JSON's, in quotes; anything else is an error. */
const textOf = (column: string): string =>
  `CASE WHEN ${column} IS NULL THEN NULL WHEN NOT starts_with(${column}, '"') THEN error('not text')
    WHEN contains(${column}, '\\') THEN ${column}->>'$' ELSE trim(${column}, '"') END`;

/**
 * Numbers are read as text first: DuckDB makes a number of `true`, and a text of a number. `withQuotes`: free texts are
 * read with theirs, which tells the one from the other and takes longer; without, LOOKS_LIKE_TEXT has to do.
 */
function fromJson(withQuotes: boolean): string {
  const isQuoted = (name: string): boolean => withQuotes && FREE_TEXTS.includes(name);
  const values = IN_FILE.map(({ name, type }) => {
    if (isQuoted(name)) return `${textOf(`"${name}"`)} AS "${name}"`;
    return FILE_TYPE[type] === "DOUBLE" ? `"${name}"::DOUBLE AS "${name}"` : `"${name}"`;
  });
  const types = IN_FILE.map(({ name, type }) => {
    const kept = type === "json" ? "JSON" : "VARCHAR";
    return `"${name}": '${isQuoted(name) ? "JSON" : kept}'`;
  });
  const valueType = withQuotes ? "JSON" : "VARCHAR";
  const value = '"trigger"."value"';
  return `(SELECT ${values.join(", ")}, "trigger"."kind" AS "triggerKind",
      ${withQuotes ? textOf(value) : value} AS "triggerValue"
    FROM read_json($path, format = 'newline_delimited', compression = 'uncompressed',
      maximum_object_size = ${LONGEST_LINE_BYTES}, columns = {
        ${types.join(", ")}, "trigger": 'STRUCT("kind" VARCHAR, "value" ${valueType})' }))`;
}

/** Of a column whose type is not known: DuckDB turns whatever it is into a text, and into a number what looks like one. */
const FROM_PARQUET = `(SELECT ${FLAT_COLUMNS.filter(({ name }) => name !== "timeMs")
  .map(({ name, type }) =>
    FILE_TYPE[type] === "DOUBLE"
      ? `"${name}"::VARCHAR::DOUBLE AS "${name}"`
      : `CASE WHEN typeof("${name}") IN ('VARCHAR', 'JSON', '"NULL"') THEN "${name}"::${FILE_TYPE[type]}
          ELSE error('not text') END AS "${name}"`,
  )
  .join(", ")} FROM read_parquet($path))`;

/** `part`: how the record's number is found. */
const selected = (part: string, kind: FlatForm): string =>
  FLAT_COLUMNS.map(({ name, type }) => {
    if (name === "timeMs") return `epoch_ms(try_cast("time" AS TIMESTAMP))`;
    if (name === "part") return `${part}::INTEGER`;
    return name === "measurementId"
      ? `CASE WHEN ${IS_VALID}${kind === "jsonl" ? ` AND ${LOOKS_LIKE_TEXT}` : ""} THEN "measurementId" ELSE error('not valid') END`
      : `"${name}"::${SQL_TYPE[type]}`;
  }).join(", ");

const SOURCE: Readonly<Record<FlatForm, string>> = {
  ...{ jsonl: fromJson(false), "jsonl, texts with quotes": fromJson(true), parquet: FROM_PARQUET },
};
/** Rows whose measurements are looked at before the quickest way is tried. */
const LOOKED_AT = 2_000;

export type FlatForm = FlatFileKind | "jsonl, texts with quotes";

/** What DuckDB says of a file's content, and not of the machine. */
const OF_CONTENT = /^(Invalid Input|Conversion|Invalid|Parser|Binder|Out of Range|Invalid Type) Error/;

/**
 * Into an empty store, from a file whose measurements have one record each: in one go, without a table between. Undefined:
 * the store or the file is not so, or something in it is not as it should be.
 */
export function loadFreshFile(
  connection: DuckDBConnection,
  address: string,
  path: string,
  kind: FlatForm,
): Promise<Added | undefined> {
  return ofContent(async () => {
    const [[, isEmpty] = []] = await rowsOf(connection, "SELECT 1, count(*) = 0 FROM observations");
    const [[, isSingle] = []] = await rowsOf(
      connection,
      `SELECT 1, count(*) = count(DISTINCT "measurementId")
       FROM (SELECT "measurementId" FROM ${SOURCE[kind]} AS file LIMIT ${LOOKED_AT})`,
      { path },
    );
    if (isEmpty !== true || isSingle !== true) return undefined;
    const part = `coalesce("part", 0)`;
    await connection.run(
      `INSERT INTO observations SELECT ${selected(part, kind)} FROM ${SOURCE[kind]} AS file`,
      {
        path,
      },
    );
    const [[rows, measurements]] = (await rowsOf(
      connection,
      // Two with one hash only lead to the other way.
      `SELECT count(*), count(DISTINCT hash("measurementId")) FROM observations`,
    )) as [[bigint, bigint]];
    if (rows !== measurements) return undefined;
    await keepOrigin(connection, address, await originsIn(connection, "observations"));
    await addHeads(connection, "observations", true);
    return { added: Number(rows), duplicates: 0 };
  });
}

/** The same for any store and file, by way of a temporary table. */
export function loadFlatFile(
  connection: DuckDBConnection,
  address: string,
  path: string,
  kind: FlatForm,
): Promise<Added | undefined> {
  return ofContent(async () => {
    await makeIncoming(connection);
    await connection.run(
      `INSERT INTO incoming SELECT ${selected('"part"', kind)} FROM ${SOURCE[kind]} AS file`,
      {
        path,
      },
    );
    await keepOrigin(connection, address, await originsIn(connection, "incoming"));
    return insertIncoming(connection);
  });
}

async function ofContent(work: () => Promise<Added | undefined>): Promise<Added | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && OF_CONTENT.test(error.message)) return undefined;
    throw error;
  }
}

async function originsIn(
  connection: DuckDBConnection,
  table: "observations" | "incoming",
): Promise<readonly boolean[]> {
  const rows = await rowsOf(connection, `SELECT 1, origin = 'simulated' FROM ${table} GROUP BY ALL`);
  return rows.map(([, simulated]) => simulated === true);
}

async function rowsOf(
  connection: DuckDBConnection,
  sql: string,
  bound: Record<string, string> = {},
): Promise<[unknown, unknown][]> {
  return (await connection.runAndReadAll(sql, bound)).getRowsJS() as [unknown, unknown][];
}
