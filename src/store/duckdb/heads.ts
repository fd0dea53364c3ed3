/**
 * `heads`: one row a measurement, so that lists and counts need not group its observations. Who and where: of its lowest
 * part that says it; `target`: the first name it was aimed at; `failed`: some attempt at a target failed; state and
 * confidence: of its verdict. `targets`: 0 where nothing was aimed at a target (such a measurement is not listed), 1 for
 * one name or none, 2 for several. Kept by every way in, in the same transaction.
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { insertTries } from "./tries.ts";

export const CREATE_HEADS = `CREATE TABLE heads ("measurementId" VARCHAR NOT NULL, "timeMs" BIGINT, country VARCHAR,
  asn UINTEGER, target VARCHAR, targets UTINYINT NOT NULL, failed BOOLEAN NOT NULL, state VARCHAR, confidence DOUBLE)`;

/** The columns before the verdict's, of a source whose rows are whole measurements. */
const GROUPED = `"measurementId", min("timeMs") AS "timeMs", arg_min(country, part) AS country, arg_min(asn, part) AS asn,
  arg_min(target, part) FILTER (role = 'target') AS target,
  CASE WHEN NOT bool_or(role = 'target') THEN 0
    WHEN min(target) FILTER (role = 'target') <> max(target) FILTER (role = 'target') THEN 2 ELSE 1 END AS targets,
  coalesce(bool_or(failure IS NOT NULL) FILTER (role = 'target'), false) AS failed`;
/** The same where every measurement has one row. */
const SINGLE = `"measurementId", "timeMs", country, asn, CASE WHEN role = 'target' THEN target END AS target,
  CASE WHEN role = 'target' THEN 1 ELSE 0 END AS targets, role = 'target' AND failure IS NOT NULL AS failed`;

/** `source`: a table or a query in brackets; constants of this program. */
export function insertHeads(source: string, isSingle = false): string {
  const heads = isSingle
    ? `SELECT ${SINGLE} FROM ${source} AS source`
    : `SELECT ${GROUPED} FROM ${source} AS source GROUP BY "measurementId"`;
  return `INSERT INTO heads SELECT heads.*, verdicts.state, verdicts.confidence
    FROM (${heads}) AS heads LEFT JOIN verdicts USING ("measurementId")`;
}

/** Of a table of measurement ids: what is known of them is put together anew. */
export async function renewHeads(connection: DuckDBConnection, ids: "touched"): Promise<void> {
  for (const table of ["heads", "tries"])
    await connection.run(
      `DELETE FROM ${table} WHERE "measurementId" IN (SELECT "measurementId" FROM ${ids})`,
    );
  await addHeads(connection, `(FROM observations SEMI JOIN ${ids} USING ("measurementId"))`);
}

/** And with them `tries`. */
export async function addHeads(
  connection: DuckDBConnection,
  source: string,
  isSingle = false,
): Promise<void> {
  await connection.run(insertHeads(source, isSingle));
  await connection.run(insertTries(source, isSingle));
}
