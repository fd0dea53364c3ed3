/** Observations out of any store, with samples, one JSON a line, as addFile reads them; each carries its `origin`. */
import { open } from "node:fs/promises";
import type { Scope, Store } from "./store.ts";
import { StoreProblem } from "./store.ts";

const PRIVATE_FILE = 0o600;

export async function writeJsonl(
  store: Pick<Store, "observations">,
  path: string,
  scope: Scope,
): Promise<number> {
  let count = 0;
  const file = await open(path, "w", PRIVATE_FILE).catch((error: Error) => {
    throw new StoreProblem(`${path}: cannot be written: ${error.message}`);
  });
  try {
    for await (const batch of store.observations(scope, "all")) {
      const lines = batch.map(({ observation, part, place }) =>
        JSON.stringify({ ...observation, part, ...(place !== undefined && { place }) }),
      );
      await file.writeFile(`${lines.join("\n")}\n`);
      count += batch.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return count;
}
