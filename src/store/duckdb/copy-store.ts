/**
 * A copy for another process, which may not open the file that this one has open: what judging reads, as a store of its own.
 * DuckDB copies by itself, and writers need not wait. `path` must be free; what was begun is left there on failure.
 */

import { FLAT_COLUMNS } from "../flat.ts";
import type { Scope } from "../store.ts";
import { Database } from "./database.ts";
import { conditionsOf } from "./scope.ts";

/** One copy at a time: it is known to all connections by its name. */
const NAME = "judged_copy";
const COLUMNS = FLAT_COLUMNS.map(({ name }) => (name === "samples" ? "NULL" : `"${name}"`)).join(", ");

export async function copyStore(
  database: Database,
  path: string,
  scope: Pick<Scope, "sinceMs" | "untilMs">,
): Promise<void> {
  await (await Database.open(path)).close();
  await database.rows(`ATTACH '${path.replace(/'/g, "''")}' AS ${NAME}`);
  try {
    const { sql, bound } = conditionsOf(scope);
    await database.rows(
      `INSERT INTO ${NAME}.observations SELECT ${COLUMNS} FROM observations WHERE ${sql}`,
      bound,
    );
    await database.rows(`INSERT INTO ${NAME}.timeline FROM timeline`);
    await database.rows(`INSERT INTO ${NAME}.meta FROM meta WHERE key = 'origin'`);
  } finally {
    await database.rows(`DETACH ${NAME}`);
  }
}
