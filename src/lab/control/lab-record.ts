/**
 * Which laboratories run on this machine: a folder each, below the temporary folder, that only its user can read. A
 * laboratory whose processes are gone leaves nothing but its folder, which the next command removes.
 */
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

const recordSchema = z.object({
  id: z.string(),
  scenario: z.string(),
  title: z.string(),
  seed: z.int(),
  backend: z.enum(["kernel", "relay"]),
  /** Process that stands for the whole laboratory, as this machine numbers it, and when it started. */
  pid: z.int(),
  started: z.string(),
  /** First process inside the cell: what nsenter enters. Absent without a cell. */
  cellPid: z.int().optional(),
  /** Where its records go. */
  out: z.string(),
  authority: z.string(),
  /** Of a laboratory made of relays: the loopback port of each client's proxy, by client. */
  proxies: z.record(z.string(), z.int()).optional(),
});
export type LabRecord = z.infer<typeof recordSchema>;

const RECORD = "lab.json";
export const SOCKET = "control.sock";
export const LOG = "lab.log";
/** Written by a laboratory made of relays before its socket answers. */
export const PROXIES = "proxies.json";

/** sun_path holds 108 bytes (unix(7)), its end included. */
const LONGEST_SOCKET_PATH = 107;
const LONGEST_ID = 50;

/** The place for laboratories cannot be used: a reason for people. */
export class LabFolderProblem extends Error {}

/** Makes it when it is missing. Throws a LabFolderProblem when somebody else could have put it there. */
export function labsFolder(): string {
  const uid = process.getuid?.() ?? 0;
  const folder = join(tmpdir(), `brakelight-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid: owner, mode } = lstatSync(folder);
  if (owner !== uid || (mode & 0o077) !== 0)
    throw new LabFolderProblem(
      `${folder} belongs to somebody else, or others can read it: remove it, or set TMPDIR`,
    );
  if (folder.length + LONGEST_ID + SOCKET.length + 2 > LONGEST_SOCKET_PATH)
    throw new LabFolderProblem(`${folder} is too long a path for a socket: set TMPDIR to a shorter one`);
  return folder;
}

export function labFolder(id: string): string {
  return join(labsFolder(), id);
}

export function writeLabRecord(record: LabRecord): void {
  writeFileSync(join(labFolder(record.id), RECORD), `${JSON.stringify(record)}\n`, { mode: 0o600 });
}

/** Those that run. Folders of those that do not are removed. */
export function runningLabs(): LabRecord[] {
  const folder = labsFolder();
  return readdirSync(folder).flatMap((id) => {
    const record = readRecord(join(folder, id, RECORD));
    if (record && startOf(record.pid) === record.started) return [record];
    // A folder without a record may be one that is being set up.
    if (record || !isYoung(join(folder, id))) rmSync(join(folder, id), { recursive: true, force: true });
    return [];
  });
}

const SETTING_UP_MS = 60_000;

function isYoung(folder: string): boolean {
  try {
    return Date.now() - lstatSync(folder).mtimeMs < SETTING_UP_MS;
  } catch {
    return false;
  }
}

function readRecord(path: string): LabRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return undefined;
  }
}

/** When a process started, as the kernel counts; undefined when it is gone. Tells it from a later one of its number. */
export function startOf(pid: number): string | undefined {
  if (process.platform !== "linux") return isAlive(pid) ? "running" : undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A process that has ended and is not yet collected is gone.
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
