/**
 * The slow way in: every line is checked by itself, what is refused is told with its line and reason, and the rest is kept,
 * in one transaction. Compressed files too. Memory is that of one chunk of rows and of the longest line.
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { type OnRefused, readCheckedLines } from "../checked-lines.ts";
import { FLAT_COLUMNS, flatValuesOfLine } from "../flat.ts";
import type { Added } from "../store.ts";
import { CHUNK_ROWS, ChunkAppender } from "./chunk-appender.ts";
import { insertIncoming, keepOrigin, makeIncoming } from "./insert.ts";

export async function loadLines(
  connection: DuckDBConnection,
  address: string,
  path: string,
  onRefused: OnRefused,
): Promise<Added> {
  await makeIncoming(connection);
  const appender = await ChunkAppender.open(
    connection,
    "incoming",
    FLAT_COLUMNS.map(({ type }) => type),
  );
  const origins = new Set<boolean>();
  let rows: (string | number | null)[][] = [];
  await readCheckedLines(
    path,
    (line) => {
      origins.add(line.observation.origin === "simulated");
      rows.push(flatValuesOfLine(line));
      if (rows.length === CHUNK_ROWS) {
        appender.append(rows);
        rows = [];
      }
    },
    onRefused,
  );
  appender.append(rows);
  appender.close();
  await keepOrigin(connection, address, [...origins]);
  return insertIncoming(connection);
}
