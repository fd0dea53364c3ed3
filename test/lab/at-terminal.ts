/**
 * The program at a terminal of its own (script(1) makes one), with a person who presses keys when certain words were said. Its
 * temporary and data folders are its own, so that what it leaves behind can be told from everybody else's.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PROGRAM } from "../program.ts";

const LONGEST_MS = 120_000;
const LOOK_EVERY_MS = 100;
const MOST_LOOKS = 100;
export const whyNoTerminal: string | undefined = existsSync("/usr/bin/script") ? undefined : "no script(1)";

/** Press `key` once `when` was said; in order. */
export interface Press {
  readonly when: string;
  readonly key: string;
}

export interface AtTerminal {
  readonly code: number | null;
  readonly said: string;
  /** Command lines that still run, and files that still lie there. */
  readonly processes: readonly string[];
  readonly files: readonly string[];
}

export function atTerminal(words: readonly string[], presses: readonly Press[]): Promise<AtTerminal> {
  const top = mkdtempSync(join(tmpdir(), "term-"));
  const env = { ...process.env, TMPDIR: join(top, "t"), XDG_DATA_HOME: join(top, "d"), TERM: "xterm" };
  mkdirSync(env.TMPDIR);
  const command = [process.execPath, PROGRAM, ...words].map((word) => `'${word}'`).join(" ");
  return new Promise((resolve) => {
    const child = spawn("script", ["-qfec", command, "/dev/null"], {
      env,
      stdio: ["pipe", "pipe", "inherit"],
    });
    const waiting = [...presses];
    let said = "";
    let heard = 0;
    child.stdout.on("data", (piece) => {
      said += String(piece);
      const at = waiting[0] === undefined ? -1 : said.indexOf(waiting[0].when, heard);
      if (at < 0) return;
      heard = at + waiting[0]!.when.length;
      child.stdin.write(waiting.shift()!.key);
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST_MS);
    child.on("close", async (code) => {
      clearTimeout(timer);
      // The kernel takes a namespace's programs away by itself, and takes some moments for it.
      let processes = commandsWith(`TMPDIR=${env.TMPDIR}`);
      for (let looks = 0; processes.length > 0 && looks < MOST_LOOKS; looks++) {
        await sleep(LOOK_EVERY_MS);
        processes = commandsWith(`TMPDIR=${env.TMPDIR}`);
      }
      const files = readdirSync(env.TMPDIR, { recursive: true, encoding: "utf8" }).sort();
      rmSync(top, { recursive: true, force: true });
      resolve({ code, said, processes, files });
    });
  });
}

/** Of processes with that word in their environment; those of others cannot be read, and are none of ours. */
function commandsWith(word: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const isOurs = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(word);
        return isOurs ? [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")] : [];
      } catch {
        return [];
      }
    });
}
