/**
 * A Parquet file of observations as records, read by DuckDB in memory and checked like lines of text: for stores that are
 * not DuckDB. Answers why the file is refused, which it is as a whole.
 */
import { DuckDBInstance } from "@duckdb/node-api";
import { type CheckedLine, checkRecord } from "./checked-line.ts";
import { FLAT_COLUMNS, type FlatValue, storedObservations } from "./flat.ts";

const NAMES = FLAT_COLUMNS.map(({ name }) => name);

export async function readParquet(
  path: string,
  onRecord: (record: CheckedLine) => void,
  ready: () => Promise<void>,
): Promise<string | undefined> {
  const instance = await DuckDBInstance.create(":memory:", { memory_limit: "1GB" });
  const connection = await instance.connect();
  try {
    const columns = NAMES.map((name) => `"${name}"`).join(", ");
    const answer = await connection.stream(`SELECT ${columns} FROM read_parquet($path)`, { path });
    for (;;) {
      const chunk = await answer.fetchChunk();
      if (!chunk || chunk.rowCount === 0) return undefined;
      for (const { observation, part, place } of storedObservations(
        NAMES,
        chunk.getColumns() as FlatValue[][],
      )) {
        const checked = checkRecord({ ...observation, part, place: place ?? null });
        if (!checked.ok) return `${checked.problem.reason}: none of the Parquet file is kept`;
        onRecord(checked.value);
      }
      await ready();
    }
  } catch (error) {
    const said = (error as Error).message.split("\n")[0];
    return `not a Parquet file of observations: none of it is kept (${said})`;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
