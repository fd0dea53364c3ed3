/**
 * The second half of every way in: what waits in the temporary table `incoming` goes into `observations`, without what is
 * there already and without what came twice. Where a file does not say it, `part` is the record's number among those of
 * its measurement, in the file's order. `heads` follows (heads.ts).
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { FLAT_COLUMNS } from "../flat.ts";
import { type Added, StoreProblem } from "../store.ts";
import { addHeads, renewHeads } from "./heads.ts";
import { OBSERVATION_COLUMNS } from "./schema.ts";

const NUMBERED = FLAT_COLUMNS.map(({ name }) => (name === "part" ? "fresh.part" : `incoming."${name}"`)).join(
  ", ",
);

export async function makeIncoming(connection: DuckDBConnection): Promise<void> {
  await connection.run(`CREATE OR REPLACE TEMP TABLE incoming (${OBSERVATION_COLUMNS})`);
}

/** What is new, with its number. `incoming` is empty afterwards. */
export async function insertIncoming(connection: DuckDBConnection): Promise<Added> {
  const [[incoming, measurements]] = (
    await connection.runAndReadAll("SELECT count(*), count(DISTINCT hash(measurementId)) FROM incoming")
  ).getRowsJS() as [[bigint, bigint]];
  // Sorting the keys is only needed where measurements have several parts.
  const isSingle = incoming === measurements;
  const numbered = isSingle
    ? "SELECT rowid AS row, measurementId, coalesce(part, 0) AS part FROM incoming"
    : `SELECT row, measurementId, part FROM (
           SELECT rowid AS row, measurementId,
             coalesce(part, row_number() OVER (PARTITION BY measurementId ORDER BY rowid) - 1) AS part
           FROM incoming)
         QUALIFY row_number() OVER (PARTITION BY measurementId, part ORDER BY row) = 1`;
  // The only look at everything that is stored.
  await connection.run(
    "CREATE OR REPLACE TEMP TABLE known AS SELECT measurementId, part FROM observations SEMI JOIN incoming USING (measurementId)",
  );
  await connection.run(`CREATE OR REPLACE TEMP TABLE fresh AS
    SELECT row, measurementId, part::INTEGER AS part FROM (${numbered}) AS numbered
    ANTI JOIN known USING (measurementId, part)`);
  const [[added]] = (
    await connection.runAndReadAll(
      `INSERT INTO observations SELECT ${NUMBERED} FROM incoming JOIN fresh ON incoming.rowid = fresh.row`,
    )
  ).getRowsJS() as [[bigint]];
  await addFreshHeads(connection, isSingle);
  for (const table of ["fresh", "known", "incoming"]) await connection.run(`DROP TABLE ${table}`);
  return { added: Number(added), duplicates: Number(incoming - added) };
}

/** Of what was inserted; measurements of which something was known before are put together anew. */
async function addFreshHeads(connection: DuckDBConnection, isSingle: boolean): Promise<void> {
  await connection.run(
    "CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT measurementId FROM fresh SEMI JOIN known USING (measurementId)",
  );
  await addHeads(
    connection,
    `(SELECT ${NUMBERED} FROM incoming JOIN (FROM fresh ANTI JOIN touched USING (measurementId)) AS fresh
      ON incoming.rowid = fresh.row)`,
    isSingle,
  );
  const [[touched]] = (await connection.runAndReadAll("SELECT count(*) FROM touched")).getRowsJS() as [
    [bigint],
  ];
  if (touched > 0n) await renewHeads(connection, "touched");
  await connection.run("DROP TABLE touched");
}

/** Refuses to mix; the first records to come say of which kind a store is. */
export async function keepOrigin(
  connection: DuckDBConnection,
  address: string,
  simulated: readonly boolean[],
): Promise<void> {
  if (simulated.length === 0) return;
  const [[known] = [undefined]] = (
    await connection.runAndReadAll("SELECT value FROM meta WHERE key = 'origin'")
  ).getRowsJS() as [string][];
  const incoming = simulated[0] ? "simulated" : "real";
  if (simulated.some((one) => one !== simulated[0]))
    throw new StoreProblem(
      `${address}: simulated and real records come together: import them into two stores`,
    );
  if (known !== undefined && known !== incoming) {
    throw new StoreProblem(
      `${address}: it holds ${known} records, and these are ${incoming}: name another store with --store`,
    );
  }
  if (known === undefined) await connection.run("INSERT INTO meta VALUES ('origin', $1)", [incoming]);
}
