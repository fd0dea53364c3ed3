/** Rows go into a temporary table in chunks of columns, which is the quickest way that DuckDB has for rows in memory. */
import {
  BIGINT,
  DOUBLE,
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  UINTEGER,
  VARCHAR,
} from "@duckdb/node-api";
import type { ColumnType } from "../flat.ts";

/** DuckDB's vector size. */
export const CHUNK_ROWS = 2048;
const TYPES: Readonly<Record<ColumnType, DuckDBType>> = {
  ...{ text: VARCHAR, json: VARCHAR, number: DOUBLE },
  ...{ asn: UINTEGER, integer: INTEGER, milliseconds: BIGINT },
};

export type PlainRow = readonly (string | number | null)[];

export class ChunkAppender {
  readonly #appender: DuckDBAppender;
  readonly #types: readonly ColumnType[];

  private constructor(appender: DuckDBAppender, types: readonly ColumnType[]) {
    this.#appender = appender;
    this.#types = types;
  }

  static async open(
    connection: DuckDBConnection,
    table: string,
    types: readonly ColumnType[],
  ): Promise<ChunkAppender> {
    return new ChunkAppender(await connection.createAppender(table, "main", "temp"), types);
  }

  append(rows: readonly PlainRow[]): void {
    for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
      const some = rows.slice(from, from + CHUNK_ROWS);
      const chunk = DuckDBDataChunk.create(
        this.#types.map((type) => TYPES[type]),
        some.length,
      );
      chunk.setColumns(this.#types.map((type, column) => some.map((row) => duckdbValue(row[column]!, type))));
      this.#appender.appendDataChunk(chunk);
    }
  }

  close(): void {
    this.#appender.flushSync();
    this.#appender.closeSync();
  }
}

function duckdbValue(value: string | number | null, type: ColumnType): DuckDBValue {
  return type === "milliseconds" && typeof value === "number" ? BigInt(Math.floor(value)) : value;
}
