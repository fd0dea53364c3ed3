/**
 * `hourly` follows inserts by itself; where observations are taken away, or came twice, the hours that they are in are put
 * together anew: first taken out on every server, then made of what is there. Whoever does so or inserts at the same time
 * changes nothing, for an hour is a set.
 */
import type { Cluster, Row, Session } from "./cluster.ts";
import { HAS_SPEED, HOURLY_KEY, hourlyOf } from "./schema.ts";

/** Hour, network, name, country. */
export type HourKey = readonly [number, number, string, string];

/** Keys in one statement: they travel in an address, which servers bound. */
const MOST_KEYS = 200;

export async function hoursOf(
  session: Session,
  conditions: string,
  bound: Readonly<Record<string, unknown>> = {},
): Promise<readonly HourKey[]> {
  const rows: readonly Row[] = await session.rows(
    `SELECT DISTINCT ${HOURLY_KEY} FROM observations WHERE ${HAS_SPEED} AND ${conditions}`,
    bound,
  );
  return rows as unknown as readonly HourKey[];
}

const KEYS = `(SELECT key.1, key.2, key.3, key.4 FROM (SELECT arrayJoin(arrayZip(
  {hours:Array(Int32)}, {networks:Array(UInt32)}, {names:Array(String)}, {lands:Array(String)})) AS key))`;

/** `between` is done when the hours are out, before they are made anew. */
export async function renewHours(
  cluster: Cluster,
  session: Session,
  keys: readonly HourKey[],
  between: () => Promise<void> = async () => {},
): Promise<void> {
  const groups = [];
  for (let from = 0; from < keys.length; from += MOST_KEYS) {
    const some = keys.slice(from, from + MOST_KEYS);
    groups.push({
      hours: some.map(([hour]) => hour),
      networks: some.map(([, network]) => network),
      names: some.map(([, , name]) => name),
      lands: some.map(([, , , land]) => land),
    });
  }
  const { database } = cluster.address;
  for (const group of groups) {
    await cluster.everywhere(
      (onCluster) =>
        `DELETE FROM ${database}.hourly_local ${onCluster} WHERE (hour, network, name, land) IN ${KEYS}`,
      group,
    );
  }
  await between();
  for (const group of groups) {
    await session.run(
      `INSERT INTO hourly SELECT hour, network, name, land, speeds
       FROM (${hourlyOf("observations FINAL", "true")}) WHERE (hour, network, name, land) IN ${KEYS}`,
      group,
    );
  }
}
