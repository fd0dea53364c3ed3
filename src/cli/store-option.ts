/** `--store PATH|URL`: which store a command works on; without it the file in the user's data folder. */
import { existsSync, lstatSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Store } from "../store/store.ts";
import { CommandError } from "./command-error.ts";
import { dataFolder, STORE_FILE } from "./data-folder.ts";

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

/** A file of which there is nothing yet, no link either. */
export function isNewStore(place: string | undefined): boolean {
  const path = place ?? join(dataFolder(), STORE_FILE);
  return !isClusterAddress(path) && lstatSync(path, { throwIfNoEntry: false }) === undefined;
}

/** The file of a store that this process has made and still holds. */
export function removeStore(place: string | undefined): void {
  const path = place ?? join(dataFolder(), STORE_FILE);
  for (const ending of [".wal", ""]) rmSync(`${path}${ending}`, { force: true });
}

/** Opens it, hands it over, closes it whatever happens. */
export function withStore<T>(place: string | undefined, work: (store: Store) => Promise<T>): Promise<T> {
  return handOver(openStore(place), work);
}

/** The same for questions: a store that is not there is not made. */
export async function withKnownStore<T>(
  place: string | undefined,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const path = place ?? join(dataFolder(), STORE_FILE);
  if (!isClusterAddress(path) && !existsSync(path))
    throw new CommandError(`${path}: there is no such store yet; 'brakelight import' makes one`);
  return handOver(openStore(place), work);
}

async function handOver<T>(opening: Promise<Store>, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await opening;
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
