/**
 * The slow way in: every line is checked by itself, what is refused is told with its line and reason, and the rest is kept,
 * in one transaction. Compressed files too. Memory is that of one chunk of rows and of the longest line.
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { readInput } from "../../host/input.ts";
import { LineSplitter } from "../../observation/lines.ts";
import { checkLine } from "../checked-line.ts";
import { FLAT_COLUMNS, flatValues } from "../flat.ts";
import { type Added, StoreProblem } from "../store.ts";
import { CHUNK_ROWS, ChunkAppender } from "./chunk-appender.ts";
import { insertIncoming, keepOrigin, makeIncoming } from "./insert.ts";

const LONGEST_LINE_BYTES = 16 * 1024 * 1024;
const PART = FLAT_COLUMNS.findIndex(({ name }) => name === "part");

export async function loadLines(
  connection: DuckDBConnection,
  address: string,
  path: string,
  onRefused: (line: number, reason: string) => void,
): Promise<Added> {
  await makeIncoming(connection);
  const appender = await ChunkAppender.open(
    connection,
    "incoming",
    FLAT_COLUMNS.map(({ type }) => type),
  );
  const origins = new Set<boolean>();
  let rows: (string | number | null)[][] = [];
  const lines = new LineSplitter(
    (text, line) => {
      const checked = checkLine(text);
      if (!checked.ok) {
        onRefused(line, checked.problem.reason);
        return;
      }
      const { observation, part, place } = checked.value;
      origins.add(observation.origin === "simulated");
      const row = flatValues({ observation, part: part ?? 0, ...(place !== undefined && { place }) });
      if (part === undefined) row[PART] = null;
      rows.push(row);
      if (rows.length === CHUNK_ROWS) {
        appender.append(rows);
        rows = [];
      }
    },
    ({ reason, line }) => onRefused(line ?? 0, reason),
    LONGEST_LINE_BYTES,
  );
  const result = await readInput(path, {
    chunk: (chunk) => {
      lines.push(chunk);
      return true;
    },
  });
  if (result.kind === "unreadable") throw new StoreProblem(`${path}: cannot be read: ${result.reason}`);
  lines.end();
  if (result.kind === "problem") onRefused(0, result.problem.reason);
  appender.append(rows);
  appender.close();
  await keepOrigin(connection, address, [...origins]);
  return insertIncoming(connection);
}
