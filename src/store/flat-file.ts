/** Files of observations before they are read: of which kind they are, and under which name a library may have them. */
import { mkdtemp, open, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { StoreProblem } from "./store.ts";

export type FlatFileKind = "jsonl" | "parquet";

const PARQUET_MAGIC = "PAR1";

/** By content: Parquet begins with its name. */
export async function kindOfFlatFile(path: string): Promise<FlatFileKind> {
  const unreadable = (error: Error): never => {
    throw new StoreProblem(`${path}: cannot be read: ${error.message}`);
  };
  const file = await open(path, "r").catch(unreadable);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(4), 0, 4, 0).catch(unreadable);
    return Buffer.from(buffer.subarray(0, bytesRead)).toString("latin1") === PARQUET_MAGIC
      ? "parquet"
      : "jsonl";
  } finally {
    await file.close();
  }
}

/**
 * The work on a name without characters that DuckDB takes for a pattern of names: a link, where it has some.
 * The file itself is neither moved nor copied.
 */
export async function withPlainName<T>(path: string, work: (plain: string) => Promise<T>): Promise<T> {
  if (!/[*?[\]{}]/.test(path)) return work(path);
  const folder = await mkdtemp(join(tmpdir(), "brakelight-load-"));
  try {
    const plain = join(folder, "file");
    await symlink(resolve(path), plain);
    return await work(plain);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
