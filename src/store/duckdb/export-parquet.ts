/** Observations out of the store as Parquet with the store's own columns, `origin` among them. */
import { FLAT_COLUMNS } from "../flat.ts";
import type { Scope } from "../store.ts";
import type { Database } from "./database.ts";
import { conditionsOf } from "./scope.ts";

export async function writeParquet(database: Database, path: string, scope: Scope): Promise<number> {
  const { sql, bound } = conditionsOf(scope);
  const names = FLAT_COLUMNS.map(({ name }) => `"${name}"`).join(", ");
  const [[count]] = (await database.rows(
    `COPY (SELECT ${names} FROM observations WHERE ${sql} ORDER BY "timeMs" NULLS LAST, "measurementId", part)
     TO $path (FORMAT parquet, COMPRESSION zstd)`,
    { ...bound, path },
  )) as [[bigint]];
  return Number(count);
}
