/**
 * The way into a cluster: rows wait in a temporary table of the session; what is new of them is found by one look at
 * the measurements they belong to, and goes out to the shards in one INSERT. A shard that fails in the middle leaves some of
 * it there: the StoreProblem says so, and repeating the same completes it, for what is there is not stored twice.
 * Another writer's same records at the same moment are left out of answers by FINAL; `hourly`, which counts what was
 * inserted, is then put together anew.
 */
import type { TimelineEntry } from "../../observation/timeline-entry.ts";
import { refuseFinePrefixes } from "../fine-prefix.ts";
import { FLAT_COLUMNS, flatValues, timeMsOf } from "../flat.ts";
import { type Added, type Entries, StoreProblem } from "../store.ts";
import type { Cluster, Row, Session } from "./cluster.ts";
import { hoursOf, renewHours } from "./hourly.ts";
import { INCOMING_COLUMNS } from "./schema.ts";

const NAMES = FLAT_COLUMNS.map(({ name }) => name);
/** Rows in one request. */
const REQUEST_ROWS = 20_000;
const US_IN_MS = 1000;

/** Falls with time: of two under one identity, the first stays. */
export function versionNow(): number {
  return -Date.now() * US_IN_MS;
}

export async function addEntries(
  cluster: Cluster,
  session: Session,
  { observations, verdicts = [], tokens = new Map() }: Entries,
): Promise<Added> {
  refuseFinePrefixes(observations);
  const origins = [...observations.map(({ observation }) => observation), ...verdicts].map(
    ({ origin }) => origin === "simulated",
  );
  await keepOrigin(session, cluster.address.shown, origins);
  let added: Added = { added: 0, duplicates: 0 };
  if (observations.length > 0) {
    await makeIncoming(session);
    await appendIncoming(session, 0, observations.map(flatValues));
    added = await insertIncoming(cluster, session);
  }
  const version = versionNow();
  const firsts = new Map([...verdicts].reverse().map((verdict) => [verdict.measurementId, verdict]));
  const judged = [...firsts.values()].map(
    (verdict): Row => [
      ...[verdict.measurementId, timeMsOf(verdict) ?? null, verdict.state, verdict.confidence ?? null],
      ...[JSON.stringify(verdict), version],
    ],
  );
  await session.insert("verdicts", judged);
  await session.insert(
    "tokens",
    [...tokens].map(([measurementId, hash]) => [measurementId, hash, version]),
  );
  return added;
}

export async function makeIncoming(session: Session): Promise<void> {
  await session.run(
    `CREATE TEMPORARY TABLE incoming (row UInt64, ${INCOMING_COLUMNS}) ENGINE = MergeTree ORDER BY row`,
  );
}

/** `firstRow`: the number of the first of them. */
export async function appendIncoming(
  session: Session,
  firstRow: number,
  rows: readonly Row[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += REQUEST_ROWS) {
    const some = rows.slice(from, from + REQUEST_ROWS).map((row, at) => [firstRow + from + at, ...row]);
    await session.insert("incoming", some);
  }
}

/** What is new of what waits, with its number. Called once a session. */
export async function insertIncoming(cluster: Cluster, session: Session): Promise<Added> {
  const [[incoming]] = (await session.rows("SELECT count() FROM incoming")) as [[number]];
  await session.run(
    `CREATE TEMPORARY TABLE known ENGINE = Memory AS SELECT DISTINCT measurementId, part FROM observations
     WHERE measurementId GLOBAL IN (SELECT measurementId FROM incoming)`,
  );
  await session.run(
    `CREATE TEMPORARY TABLE fresh ENGINE = Memory AS SELECT row, measurementId, number FROM (
       SELECT row, measurementId,
         ifNull(part, toInt32(row_number() OVER (PARTITION BY measurementId ORDER BY row) - 1)) AS number
       FROM incoming)
     WHERE (measurementId, number) NOT IN (SELECT measurementId, part FROM known)
     ORDER BY row LIMIT 1 BY measurementId, number`,
  );
  const [[added]] = (await session.rows("SELECT count() FROM fresh")) as [[number]];
  if (added > 0) {
    const selected = NAMES.map((name) => (name === "part" ? "f.number" : `i.${name}`)).join(", ");
    await session.run(
      `INSERT INTO observations (${NAMES.join(", ")}, version)
       SELECT ${selected}, {version:Int64} FROM incoming AS i JOIN fresh AS f ON i.row = f.row`,
      { version: versionNow() },
    );
    await mendHours(cluster, session, added);
  }
  return { added, duplicates: incoming - added };
}

/** Where another writer stored the same meanwhile, the hours have it twice. */
async function mendHours(cluster: Cluster, session: Session, added: number): Promise<void> {
  const isFresh = `measurementId GLOBAL IN (SELECT measurementId FROM fresh)
    AND (measurementId, part) GLOBAL IN (SELECT measurementId, number FROM fresh)`;
  const [[stored]] = (await session.rows(`SELECT count() FROM observations WHERE ${isFresh}`)) as [[number]];
  if (stored === added) return;
  await renewHours(cluster, session, await hoursOf(session, isFresh));
}

/** Refuses to mix; the first records to come say of which kind a store is. */
export async function keepOrigin(
  session: Session,
  address: string,
  simulated: readonly boolean[],
): Promise<void> {
  if (simulated.length === 0) return;
  const incoming = simulated[0] ? "simulated" : "real";
  if (simulated.some((one) => one !== simulated[0])) {
    throw new StoreProblem(
      `${address}: simulated and real records come together: import them into two stores`,
    );
  }
  const asked = async (): Promise<unknown> =>
    (await session.rows("SELECT value FROM meta FINAL WHERE key = 'origin'"))[0]?.[0];
  if ((await asked()) === undefined) await session.insert("meta", [["origin", incoming, versionNow()]]);
  const known = await asked();
  if (known !== incoming) {
    throw new StoreProblem(
      `${address}: it holds ${known} records, and these are ${incoming}: name another store with --store`,
    );
  }
}

/** What is there already stays as it is. */
export async function addTimelineEntries(
  cluster: Cluster,
  session: Session,
  entries: readonly TimelineEntry[],
): Promise<Added> {
  await keepOrigin(
    session,
    cluster.address.shown,
    entries.map(({ origin }) => origin === "simulated"),
  );
  await session.run(
    "CREATE TEMPORARY TABLE said (record String, timeMs Int64, kind String, version Int64) ENGINE = Memory",
  );
  const version = versionNow();
  const rows = entries.map(
    (entry): Row => [...[JSON.stringify(entry), Date.parse(entry.time), entry.kind, version]],
  );
  await session.insert("said", rows);
  await session.run(
    `CREATE TEMPORARY TABLE fresh ENGINE = Memory AS SELECT DISTINCT record, timeMs, kind, version FROM said
     WHERE record NOT IN (SELECT record FROM timeline WHERE record GLOBAL IN (SELECT record FROM said))`,
  );
  const [[added]] = (await session.rows("SELECT count() FROM fresh")) as [[number]];
  if (added > 0) await session.run("INSERT INTO timeline SELECT record, timeMs, kind, version FROM fresh");
  return { added, duplicates: entries.length - added };
}
