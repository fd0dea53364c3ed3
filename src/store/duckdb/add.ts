/**
 * Entries in memory go into the store in one transaction: observations through DuckDB's appender in chunks of columns,
 * verdicts and tokens beside them. One verdict a measurement, the first that came.
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import type { TimelineEntry } from "../../observation/timeline-entry.ts";
import { refuseFinePrefixes } from "../fine-prefix.ts";
import { type ColumnType, FLAT_COLUMNS, flatValues, timeMsOf } from "../flat.ts";
import type { Added, Entries } from "../store.ts";
import { ChunkAppender, type PlainRow } from "./chunk-appender.ts";
import { insertIncoming, keepOrigin, makeIncoming } from "./insert.ts";

export async function addEntries(
  connection: DuckDBConnection,
  address: string,
  { observations, verdicts = [], tokens = new Map() }: Entries,
): Promise<Added> {
  refuseFinePrefixes(observations);
  await keepOrigin(
    connection,
    address,
    [...observations.map(({ observation }) => observation), ...verdicts].map(
      ({ origin }) => origin === "simulated",
    ),
  );
  const judged = verdicts.map((verdict) => [
    ...[verdict.measurementId, timeMsOf(verdict) ?? null, verdict.state, verdict.confidence ?? null],
    JSON.stringify(verdict),
  ]);
  // Before the observations, whose heads take them up.
  await appendNew(connection, "verdicts", ["text", "milliseconds", "text", "number", "text"], judged);
  let added: Added = { added: 0, duplicates: 0 };
  if (observations.length > 0) {
    await makeIncoming(connection);
    await append(
      connection,
      "incoming",
      FLAT_COLUMNS.map(({ type }) => type),
      observations.map(flatValues),
    );
    added = await insertIncoming(connection);
  }
  await appendNew(
    connection,
    "tokens",
    ["text", "text"],
    [...tokens].map(([measurementId, hash]) => [hash, measurementId]),
  );
  return added;
}

/** Rows of a measurement that the table does not have yet; of several in one batch, the first. */
async function appendNew(
  connection: DuckDBConnection,
  table: "verdicts" | "tokens",
  types: readonly ColumnType[],
  rows: readonly PlainRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await connection.run(`CREATE OR REPLACE TEMP TABLE waiting AS FROM ${table} LIMIT 0`);
  await append(connection, "waiting", types, rows);
  await connection.run(
    `INSERT INTO ${table} SELECT * FROM waiting ANTI JOIN ${table} USING (measurementId)
       QUALIFY row_number() OVER (PARTITION BY measurementId ORDER BY rowid) = 1`,
  );
  if (table === "verdicts") {
    await connection.run(
      `UPDATE heads SET state = verdicts.state, confidence = verdicts.confidence
       FROM (SELECT verdicts.* FROM verdicts SEMI JOIN waiting USING (measurementId)) AS verdicts
       WHERE heads.state IS NULL AND heads.measurementId = verdicts.measurementId`,
    );
  }
  await connection.run("DROP TABLE waiting");
}

/** What is there already stays as it is. Returns how many are new. */
export async function addTimelineEntries(
  connection: DuckDBConnection,
  address: string,
  entries: readonly TimelineEntry[],
): Promise<Added> {
  await keepOrigin(
    connection,
    address,
    entries.map(({ origin }) => origin === "simulated"),
  );
  let added = 0;
  for (const entry of entries) {
    const [[changed]] = (
      await connection.runAndReadAll("INSERT OR IGNORE INTO timeline VALUES ($record, $timeMs, $kind)", {
        ...{ record: JSON.stringify(entry), timeMs: BigInt(Date.parse(entry.time)), kind: entry.kind },
      })
    ).getRowsJS() as [[bigint]];
    added += Number(changed);
  }
  return { added, duplicates: entries.length - added };
}

async function append(
  connection: DuckDBConnection,
  table: string,
  types: readonly ColumnType[],
  rows: readonly PlainRow[],
): Promise<void> {
  const appender = await ChunkAppender.open(connection, table, types);
  appender.append(rows);
  appender.close();
}
