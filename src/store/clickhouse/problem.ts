/** What a ClickHouse server or its network says about the machine becomes a StoreProblem of one line; the rest is a bug. */
import { ClickHouseError } from "@clickhouse/client";
import { StoreProblem } from "../store.ts";

/** A shard that cannot be reached, or was lost on the way. */
const SHARD_LOST = new Set(["279", "210", "209", "32"]);
const ADVICE: Readonly<Record<string, string>> = {
  "193": "wrong user or password",
  "194": "wrong user or password",
  "516": "wrong user or password",
  "497": "this user may not do that there: grant it, or name another",
  "241": "not enough memory for that question: ask for a shorter time",
  "243": "the disk is full: make room, then repeat",
  "701": "no cluster of that name: name it with ?cluster=",
  "139": "no ClickHouse Keeper there: name all servers with ?nodes=host:port,host:port",
  "999": "its ClickHouse Keeper does not answer",
};
const MOST_CHARACTERS = 160;

/** Whether the rest of the cluster may still answer. */
export function isShardLost(error: unknown): boolean {
  return error instanceof ClickHouseError && SHARD_LOST.has(error.code);
}

/** The problem of a store at `address`, or the error as it was. */
export function storeProblemOf(error: unknown, address: string): unknown {
  if (error instanceof StoreProblem || !(error instanceof Error)) return error;
  if (error instanceof ClickHouseError) {
    const advice = isShardLost(error)
      ? "part of the cluster does not answer: start it, then repeat; what is there already is not stored twice"
      : ADVICE[error.code];
    return advice === undefined ? error : new StoreProblem(`${address}: ${advice} (code ${error.code})`);
  }
  const { code } = error as NodeJS.ErrnoException;
  const said = code ?? error.message.split("\n")[0]!.slice(0, MOST_CHARACTERS);
  if (code !== undefined || /socket|timeout|hang up|aborted/i.test(error.message))
    return new StoreProblem(`${address}: does not answer (${said})`);
  return error;
}
