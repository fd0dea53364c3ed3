/**
 * Runs a program as a process of its own and measures it: wall time here, processor time and peak memory by
 * /usr/bin/time (Debian package `time`), unknown where that is missing. Output goes to /dev/null or is read in lines.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";

const TIME = "/usr/bin/time";

export interface ProcessRun {
  readonly wallSeconds: number;
  readonly userSeconds: number;
  readonly peakBytes: number;
}

/** Whether the program can be found in PATH. */
export function isInstalled(program: string): boolean {
  if (program.includes("/")) return existsSync(program);
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));
}

/** Runs to the end, without output; throws when the program says that it failed. */
export function timedRun([program, ...args]: readonly [string, ...string[]]): ProcessRun {
  const folder = mkdtempSync(join(tmpdir(), "brakelight-bench-"));
  try {
    const report = join(folder, "time");
    const hasTime = existsSync(TIME);
    const command = hasTime ? [TIME, "-o", report, "-f", "%U %M", program, ...args] : [program, ...args];
    const started = performance.now();
    const { status, stderr } = spawnSync(command[0]!, command.slice(1), {
      stdio: ["ignore", "ignore", "pipe"],
      maxBuffer: 1 << 26,
      encoding: "utf8",
    });
    const wallSeconds = (performance.now() - started) / 1000;
    if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr.slice(-500)}`);
    const [user, kilobytes] = hasTime ? readFileSync(report, "utf8").trim().split(" ").map(Number) : [];
    return {
      wallSeconds,
      userSeconds: user ?? Number.NaN,
      peakBytes: kilobytes === undefined ? Number.NaN : kilobytes * 1024,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs to the end and hands on each line of its output. */
export async function readLines(
  [program, ...args]: readonly [string, ...string[]],
  line: (text: string) => void,
): Promise<number> {
  const started = performance.now();
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) =>
      status === 0 ? resolve() : reject(new Error(`${program} ended with ${status}`)),
    );
  });
  for await (const text of createInterface({ input: child.stdout })) line(text);
  await ended;
  return (performance.now() - started) / 1000;
}

/** The first line of what the program says of itself. */
export function versionOf(program: string, ...args: string[]): string {
  const { stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  const lines = `${stdout}\n${stderr}`.split("\n");
  return (lines.find((line) => /\d+\.\d+/.test(line)) ?? "version unknown").trim();
}
