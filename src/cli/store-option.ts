/** `--store PATH`: which store a command works on; without it the one in the user's data folder. */
import { join } from "node:path";
import type { Store } from "../store/store.ts";
import { CommandError } from "./command-error.ts";
import { dataFolder } from "./data-folder.ts";

export const STORE_FILE = "observatory.duckdb";
export const STORE_OPTION = [
  "--store <path>",
  "the store's file; without it the one in your data folder",
] as const;

/** Throws a StoreProblem, which main.ts tells. DuckDB is only loaded where a store is wanted. */
export async function openStore(path: string | undefined): Promise<Store> {
  const { openDuckdbStore } = await import("../store/duckdb.ts");
  if (path === undefined) return openDuckdbStore(join(dataFolder(), STORE_FILE), { makesFolder: true });
  if (/^https?:/.test(path)) throw new CommandError(`--store: '${path}' is no path of a file`);
  return openDuckdbStore(path);
}

/** Opens it, hands it over, closes it whatever happens. */
export async function withStore<T>(path: string | undefined, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(path);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
