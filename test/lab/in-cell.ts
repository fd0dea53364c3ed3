/**
 * Runs a module of the tests inside a laboratory cell (namespaces of its own) and gives the JSON lines that it writes.
 * The module calls `insideCell(work)`; what it writes elsewhere, and its reason when it fails, end up in the error.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cellArguments, whyNoCell } from "../../src/lab/cell/cell.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const LONGEST_MS = 570_000;

/** Why laboratories on the kernel cannot be tested here, or undefined. */
export const whyNoLab: string | undefined = whyNoCell();

/** `module` is a file name in test/lab; `compiled`: a folder that has all of them as JavaScript (bench/compiled-cells.ts). */
export function runInCell<Line>(module: string, argument: unknown, compiled?: string): Promise<Line[]> {
  const words = compiled ? [join(compiled, "test/lab", module.replace(/ts$/, "js"))] : fromSource(module);
  return runModule("unshare", [...cellArguments(), process.execPath, ...words], module, argument);
}

/** The same module in a process of its own, without namespaces: for laboratories made of relays. */
export function runOutside<Line>(module: string, argument: unknown): Promise<Line[]> {
  return runModule(process.execPath, fromSource(module), module, argument);
}

function fromSource(module: string): string[] {
  return ["--import", "tsx", join(HERE, module)];
}

function runModule<Line>(
  program: string,
  words: readonly string[],
  module: string,
  argument: unknown,
): Promise<Line[]> {
  const folder = mkdtempSync(join(tmpdir(), "brakelight-cell-"));
  const command = [...words, JSON.stringify({ folder, argument })];
  return new Promise((resolve, reject) => {
    const child = spawn(program, command, { stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let words = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST_MS);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      words += text;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      rmSync(folder, { recursive: true, force: true });
      if (code !== 0) reject(new Error(`${module} in its cell: ${words.trim() || `exit code ${code}`}`));
      else
        resolve(
          out
            .split("\n")
            .filter(Boolean)
            .map((line) => JSON.parse(line) as Line),
        );
    });
  });
}

/** The inner side: `work` gets what runInCell was given and calls `tell` for each line. */
export function insideCell<Argument>(
  work: (argument: Argument, folder: string, tell: (line: unknown) => void) => Promise<void>,
): void {
  const { folder, argument } = JSON.parse(process.argv[2]!) as { folder: string; argument: Argument };
  work(argument, folder, (line) => process.stdout.write(`${JSON.stringify(line)}\n`)).then(
    // A pipe takes lines in its own time: an exit at once would lose those that still wait.
    () => process.stdout.write("", () => process.exit(0)),
    (error: Error) => {
      process.stderr.write(`${error.stack}\n`);
      process.exit(1);
    },
  );
}
