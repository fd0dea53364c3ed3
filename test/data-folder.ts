/**
 * Where the public data lie, and how tests come by them.
 * BRAKELIGHT_DATA names the folder (default ../shared/data beside the project). Files are handed out under random names: nothing may read meaning from a name.
 */
import { randomUUID } from "node:crypto";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));

export const dataFolder = resolve(process.env["BRAKELIGHT_DATA"] ?? join(projectRoot, "../shared/data"));

export function dataPath(...parts: string[]): string {
  return join(dataFolder, ...parts);
}

/** Copies a file to a random name (keeping nothing of the old one) and removes it after `use`. */
export async function withRandomName<T>(path: string, use: (copy: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "brakelight-test-"));
  const copy = join(folder, randomUUID());
  try {
    copyFileSync(path, copy);
    return await use(copy);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
