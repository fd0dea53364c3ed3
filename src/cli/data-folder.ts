/**
 * The user's data folder: consent, reports, what a diary moved by day and the laboratory's runs, readable by the user alone. $XDG_DATA_HOME/brakelight, else
 * ~/.local/share/brakelight; %LOCALAPPDATA%\Brakelight on Windows.
 */
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;
export const REPORT_FILE = "report.jsonl";
/** Where nobody names another place. */
export const STORE_FILE = "observatory.duckdb";
const CONSENT_FILE = "consent.json";
const DAYS_FILE = "diary-days.json";

export function dataFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { XDG_DATA_HOME, LOCALAPPDATA } = environment;
  if (XDG_DATA_HOME) return join(XDG_DATA_HOME, "brakelight");
  if (process.platform === "win32" && LOCALAPPDATA) return join(LOCALAPPDATA, "Brakelight");
  return join(homedir(), ".local", "share", "brakelight");
}

/** Makes it where it is missing. */
export function privateDataFolder(): string {
  const folder = dataFolder();
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
  return folder;
}

/** Appends a line; `path` absent: to the report in the data folder. Returns where it went. */
export function appendReport(line: string, path?: string): string {
  const to = path ?? join(privateDataFolder(), REPORT_FILE);
  const isNew = !existsSync(to);
  appendFileSync(to, `${line}\n`, { mode: PRIVATE_FILE });
  if (isNew) chmodSync(to, PRIVATE_FILE);
  return to;
}

/** What was agreed to, by kind: "pairs", "explain". */
export function consents(): Readonly<Record<string, string>> {
  return readRecord(CONSENT_FILE) as Record<string, string>;
}

export function recordConsent(kind: string, at: string): void {
  writeRecord(CONSENT_FILE, { ...consents(), [kind]: at });
}

/** Bytes that diaries moved, by UTC day; days that are none are the reader's to refuse (daily-bytes.ts). */
export function readDays(): Readonly<Record<string, number>> {
  return readRecord(DAYS_FILE) as Record<string, number>;
}

export function recordDays(days: Readonly<Record<string, number>>): void {
  writeRecord(DAYS_FILE, days);
}

/** Empty where the file is missing or is no record. */
function readRecord(name: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(readFileSync(join(dataFolder(), name), "utf8"));
    return typeof read === "object" && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function writeRecord(name: string, record: Readonly<Record<string, unknown>>): void {
  writeFileSync(join(privateDataFolder(), name), `${JSON.stringify(record)}\n`, { mode: PRIVATE_FILE });
}

/** Deletes everything that was measured here, and the consent. Returns what was deleted. */
export function forgetAll(): string[] {
  const folder = dataFolder();
  const gone = [REPORT_FILE, CONSENT_FILE, DAYS_FILE]
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path));
  for (const path of gone) rmSync(path);
  return gone;
}
