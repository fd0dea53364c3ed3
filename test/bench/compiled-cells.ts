/**
 * The modules of the bench's cells as JavaScript, in a folder of their own until this process ends. A cell starts several
 * processes: to have each transpile the same sources takes a third of what a case costs (10 instead of 16 s of CPU).
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The folder, for runInCell. What is run as a user runs it is the built program all the same. */
export function compileCells(): string {
  const folder = mkdtempSync(join(tmpdir(), "brakelight-cells-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const name of ["dist", "node_modules"]) symlinkSync(join(ROOT, name), join(folder, name));
  copyFileSync(join(ROOT, "package.json"), join(folder, "package.json"));
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  const options = ["-p", join(ROOT, "test/bench/tsconfig.cells.json"), "--outDir", folder];
  execFileSync(process.execPath, [compiler, ...options], { stdio: ["ignore", "inherit", "inherit"] });
  return folder;
}
