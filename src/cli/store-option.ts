/** `--store PATH|URL`: which store a command works on; without it the file in the user's data folder. */
import { join } from "node:path";
import type { Store } from "../store/store.ts";
import { dataFolder } from "./data-folder.ts";

export const STORE_FILE = "observatory.duckdb";
export const STORE_OPTION = [
  "--store <path|url>",
  "the store's file, or a ClickHouse cluster (http://user:password@host:8123/database); without it the file in your data folder",
] as const;

/** Throws a StoreProblem, which main.ts tells. A library is only loaded where its store is wanted. */
export async function openStore(place: string | undefined): Promise<Store> {
  if (place !== undefined && isClusterAddress(place)) {
    const { openClickhouseStore } = await import("../store/clickhouse.ts");
    return openClickhouseStore(place);
  }
  const { openDuckdbStore } = await import("../store/duckdb.ts");
  if (place === undefined) return openDuckdbStore(join(dataFolder(), STORE_FILE), { makesFolder: true });
  return openDuckdbStore(place);
}

/** And not the path of a file. */
export function isClusterAddress(place: string): boolean {
  return /^https?:\/\//i.test(place);
}

/** Opens it, hands it over, closes it whatever happens. */
export async function withStore<T>(
  place: string | undefined,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore(place);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Where part of a cluster did not answer, what was said rests on the rest: people and programs are told on stderr. */
export function tellIfPartial({ isPartial, address }: Store): void {
  if (isPartial) process.stderr.write(`${address}: part of it did not answer; this rests on the rest\n`);
}
