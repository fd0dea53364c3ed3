/**
 * Deletes the measurements of a token on every server, the token last: where a server fails in the middle, the same may be
 * asked again. The hours that they were in are put together anew.
 */
import type { Cluster, Session } from "./cluster.ts";
import { hoursOf, renewHours } from "./hourly.ts";

const OWNED = "measurementId IN {ids:Array(String)}";

export async function forgetMeasurements(cluster: Cluster, session: Session, hash: string): Promise<number> {
  const rows = await session.rows("SELECT measurementId FROM tokens FINAL WHERE hash = {hash:String}", {
    hash,
  });
  const ids = rows.map(([id]) => String(id));
  if (ids.length === 0) return 0;
  const [[count]] = (await session.rows(`SELECT count() FROM observations FINAL WHERE ${OWNED}`, {
    ids,
  })) as [[number]];
  await renewHours(cluster, session, await hoursOf(session, OWNED, { ids }), async () => {
    for (const table of ["observations", "verdicts", "tokens"]) {
      await cluster.everywhere(
        (onCluster) => `DELETE FROM ${cluster.address.database}.${table}_local ${onCluster} WHERE ${OWNED}`,
        { ids },
      );
    }
  });
  return count;
}
