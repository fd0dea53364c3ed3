/**
 * Starts a laboratory in a process of its own: inside a cell, or as relays without one. Its output goes to a log in its
 * folder; it is ready when its control socket answers.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { LabRecord } from "../control/lab-record.ts";
import {
  LOG,
  labFolder,
  labsFolder,
  PROXIES,
  SOCKET,
  startOf,
  writeLabRecord,
} from "../control/lab-record.ts";
import { cellArguments } from "./cell.ts";

export interface LabStart {
  readonly scenarioPath: string;
  readonly scenario: string;
  readonly title: string;
  readonly seed: number;
  readonly speed: number;
  readonly jumps: boolean;
  readonly cause?: string;
  /** Scenario clock: the story ends then, if not earlier. */
  readonly untilMs?: number;
  readonly backend: "kernel" | "relay";
  readonly out: string;
  /** Captures are made of what clients and servers see. */
  readonly captures: boolean;
  readonly staysOpen: boolean;
  /** It ends with the process that started it. */
  readonly isBound: boolean;
}

export const SETUP_VARIABLE = "BRAKELIGHT_LAB_SETUP";

/** What the started process gets, as JSON in that environment variable. */
export interface LabSetup extends LabStart {
  readonly folder: string;
  readonly id: string;
}

const READY_TIMEOUT_MS = 120_000;
const LOOK_EVERY_MS = 50;

/** Rejects with the laboratory's own words when it cannot start. */
export async function startLab(start: LabStart): Promise<LabRecord> {
  const id = freeId(start.scenario);
  const folder = labFolder(id);
  mkdirSync(folder, { mode: 0o700 });
  const setup: LabSetup = { ...start, id, folder };
  const ending = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
  const program = fileURLToPath(new URL(`../run/lab-process${ending}`, import.meta.url));
  const node = [process.execPath, ...process.execArgv, program];
  const command = start.backend === "kernel" ? ["unshare", ...cellArguments(), ...node] : node;
  const log = openSync(join(folder, LOG), "w", 0o600);
  const child = spawn(command[0]!, command.slice(1), {
    // The pipe's end tells a bound laboratory that its starter is gone.
    stdio: [start.isBound ? "pipe" : "ignore", log, log],
    detached: true,
    // Not an argument: anybody on the machine can read those, and the setup holds the sealed cause.
    env: { ...process.env, [SETUP_VARIABLE]: JSON.stringify(setup) },
  });
  closeSync(log);
  await untilReady(child, folder).catch((error: unknown) => {
    // Its last words are in the error.
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const record: LabRecord = {
    id,
    scenario: start.scenario,
    title: start.title,
    seed: start.seed,
    backend: start.backend,
    pid: child.pid!,
    started: startOf(child.pid!) ?? "",
    ...(start.backend === "kernel"
      ? { cellPid: firstChildOf(child.pid!) }
      : { proxies: JSON.parse(readFileSync(join(folder, PROXIES), "utf8")) as Record<string, number> }),
    out: start.out,
    authority: join(folder, "authority.pem"),
  };
  writeLabRecord(record);
  child.unref();
  return record;
}

async function untilReady(child: ChildProcess, folder: string): Promise<void> {
  let ended: string | undefined;
  child.once("exit", (code, signal) => {
    ended = String(signal ?? `exit code ${code}`);
  });
  child.once("error", (error) => {
    ended = error.message;
  });
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!(await answers(join(folder, SOCKET)))) {
    if (ended !== undefined || Date.now() > deadline) {
      const words = readFileSync(join(folder, LOG), "utf8").trim().split("\n").at(-1);
      throw new Error(words || `the laboratory does not start (${ended ?? "no answer in time"})`);
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** A socket file is there some moments before anybody listens: on a busy machine commands came in between. */
function answers(path: string): Promise<boolean> {
  if (!existsSync(path)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    }).on("error", () => resolve(false));
  });
}

function firstChildOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);
}

function freeId(scenario: string): string {
  labsFolder();
  if (!existsSync(labFolder(scenario))) return scenario;
  return `${scenario}-${randomBytes(2).toString("hex")}`;
}
