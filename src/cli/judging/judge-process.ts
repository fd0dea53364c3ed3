/**
 * Judging in a process of its own: at the lowest priority, with bounded memory, over a copy of the store where no second
 * process may open it. What it left behind goes with the folder. Rejects with one line that says why there is no answer.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { constants, setPriority, totalmem } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Scope, Store } from "../../store/store.ts";
import type { JudgeAnswer, JudgeRequest } from "./judge-request.ts";

const PRIVATE_FOLDER = 0o700;
const MIB = 1 << 20;
/** Of its memory: half of the machine's, and no more than this. */
const MOST_MEMORY_MIB = 12 << 10;
const MOST_ANSWER_BYTES = 512 * MIB;
const MOST_TOLD = 2_000;

/** Beside this file: as built, or as written. */
const ENTRY = fileURLToPath(new URL(`./judge-entry${extname(import.meta.url)}`, import.meta.url));

export interface Judging {
  readonly answer: Promise<JudgeAnswer>;
  /** Ends it; the answer rejects. */
  stop(): void;
}

export interface JudgingPlace {
  readonly store: Store;
  /** Of a cluster, with its password; of a file it is copied. */
  readonly place: string;
  /** For what is only there while it judges; nobody else's. */
  readonly folder: string;
}

/** One at a time for a folder. `times`: what is needed of the store. */
export function startJudging(
  { store, place, folder }: JudgingPlace,
  request: Omit<JudgeRequest, "place" | "out">,
  times: Pick<Scope, "sinceMs" | "untilMs">,
): Judging {
  let child: ChildProcess | undefined;
  let isStopped = false;
  const judged = async (): Promise<JudgeAnswer> => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { mode: PRIVATE_FOLDER });
    try {
      const copy = join(folder, "copy.duckdb");
      const isCopied = await store.copyTo(copy, times);
      if (isStopped) throw new Error("stopped");
      const out = join(folder, "answer.json");
      child = begin();
      await endOf(child, { ...request, place: isCopied ? copy : place, out });
      if (statSync(out).size > MOST_ANSWER_BYTES) throw new Error("the answer is larger than 512 MiB");
      return JSON.parse(readFileSync(out, "utf8")) as JudgeAnswer;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  return {
    answer: judged(),
    stop: () => {
      isStopped = true;
      child?.kill("SIGKILL");
    },
  };
}

function begin(): ChildProcess {
  const memory = Math.min(MOST_MEMORY_MIB, Math.floor(totalmem() / MIB / 2));
  const child = spawn(process.execPath, [...process.execArgv, `--max-old-space-size=${memory}`, ENTRY], {
    stdio: ["pipe", "ignore", "pipe"],
  });
  try {
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  } catch {
    // Where that is not allowed it has the usual one.
  }
  return child;
}

function endOf(child: ChildProcess, request: JudgeRequest): Promise<void> {
  let said = "";
  child.stderr!.setEncoding("utf8").on("data", (piece: string) => {
    said = `${said}${piece}`.slice(-MOST_TOLD);
  });
  // Its end is told below; what it no longer reads is no error of its own.
  child.stdin!.on("error", () => {});
  child.stdin!.write(`${JSON.stringify(request)}\n`);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) return resolve();
      const last = said.trim().split("\n").at(-1);
      const how = /heap out of memory/.test(said) ? "it needs more memory than it may have" : last;
      reject(new Error(how || `the process that judges ended (${signal ?? code})`));
    });
  });
}
