/**
 * The command line of the laboratory as a user runs it: built, and a process of its own.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PROGRAM } from "../program.ts";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const LONGEST_MS = 500_000;

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly words: string;
}

/** Where records of a test go. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "brakelight-lab-test-"));
}

/** `brakelight lab ...` to its end; others may run meanwhile. */
export function runLab(...args: string[]): Promise<Ran> {
  return runProgram("lab", ...args);
}

/** `brakelight ...` to its end. */
export function runProgram(...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: ROOT });
    let [out, words] = ["", ""];
    const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST_MS);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      words += text;
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, out, words });
    });
  });
}

export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

export function readLines(path: string): Record<string, unknown>[] {
  return jsonLines(readFileSync(path, "utf8"));
}

/** Whether a process with this id runs. */
export function isRunning(pid: number): boolean {
  return spawnSync("kill", ["-0", String(pid)]).status === 0;
}
