/**
 * Observations out of the store, with samples: JSONL as addFile reads it, and Parquet with the store's own columns. Both
 * carry `origin`, so that what was simulated says so wherever it goes.
 */
import { open } from "node:fs/promises";
import { FLAT_COLUMNS } from "../flat.ts";
import type { Scope, Store } from "../store.ts";
import { StoreProblem } from "../store.ts";
import type { Database } from "./database.ts";
import { conditionsOf } from "./scope.ts";

const PRIVATE_FILE = 0o600;

export async function writeJsonl(
  store: Pick<Store, "observations">,
  path: string,
  scope: Scope,
): Promise<number> {
  let count = 0;
  const file = await open(path, "w", PRIVATE_FILE).catch((error: Error) => {
    throw new StoreProblem(`${path}: cannot be written: ${error.message}`);
  });
  try {
    for await (const batch of store.observations(scope, true)) {
      const lines = batch.map(({ observation, part, place }) =>
        JSON.stringify({ ...observation, part, ...(place !== undefined && { place }) }),
      );
      await file.writeFile(`${lines.join("\n")}\n`);
      count += batch.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return count;
}

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
