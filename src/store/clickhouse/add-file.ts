/**
 * A file of observations into a cluster: every line is checked here (checked-line.ts), waits on the server, and goes in with
 * all others of the file. Memory here is that of one request. Parquet is read by DuckDB, in memory; one bad value refuses it.
 */

import type { OnRefused } from "../checked-lines.ts";
import { readCheckedLines } from "../checked-lines.ts";
import { flatValuesOfLine } from "../flat.ts";
import { kindOfFlatFile, withPlainName } from "../flat-file.ts";
import { readParquet } from "../parquet-records.ts";
import type { Added } from "../store.ts";
import { appendIncoming, insertIncoming, keepOrigin, makeIncoming } from "./add.ts";
import type { Cluster, Row, Session } from "./cluster.ts";

const REQUEST_ROWS = 20_000;
const NOTHING: Added = { added: 0, duplicates: 0 };

export async function addFile(
  cluster: Cluster,
  session: Session,
  path: string,
  onRefused: OnRefused,
): Promise<Added> {
  const isParquet = (await kindOfFlatFile(path)) === "parquet";
  await makeIncoming(session);
  const origins = new Set<boolean>();
  let waiting: Row[] = [];
  let sent = 0;
  let failed: { readonly error: unknown } | undefined;
  const send = async (): Promise<void> => {
    const rows = waiting;
    waiting = [];
    await appendIncoming(session, sent, rows);
    sent += rows.length;
  };
  const take = (line: Parameters<typeof flatValuesOfLine>[0]): void => {
    if (failed) return;
    origins.add(line.observation.origin === "simulated");
    waiting.push(flatValuesOfLine(line));
  };
  const ready = async (): Promise<void> => {
    if (failed || waiting.length < REQUEST_ROWS) return;
    await send().catch((error: unknown) => {
      failed = { error };
    });
  };
  if (isParquet) {
    const reason = await withPlainName(path, (plain) => readParquet(plain, take, ready));
    if (reason !== undefined) {
      onRefused(0, reason);
      return NOTHING;
    }
  } else await readCheckedLines(path, take, onRefused, ready);
  if (failed) throw (failed as { readonly error: unknown }).error;
  await send();
  if (sent === 0) return NOTHING;
  await keepOrigin(session, cluster.address.shown, [...origins]);
  return insertIncoming(cluster, session);
}
