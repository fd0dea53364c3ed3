/**
 * Which laboratory a command is about, and how it is started.
 */
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { seededRandom } from "../base/random.ts";
import { whyNoCell } from "../lab/cell/cell.ts";
import { type LabStart, startLab } from "../lab/cell/start-cell.ts";
import { type LabRecord, runningLabs } from "../lab/control/lab-record.ts";
import { loadScenario, ownScenarios, scenarioPath } from "../lab/run/load-scenario.ts";
import type { Scenario } from "../lab/scenario/scenario.ts";
import { CommandError, EXIT_NOT_MEASURED } from "./command-error.ts";

/** The one that is named, or the only one that runs. */
export function chooseLab(id: string | undefined): LabRecord {
  const labs = runningLabs();
  const found = id === undefined ? labs : labs.filter((lab) => lab.id === id);
  if (found.length === 1) return found[0]!;
  if (id !== undefined)
    throw new CommandError(`no laboratory ${id} runs: 'brakelight lab list' shows which do`);
  throw new CommandError(
    labs.length === 0
      ? "no laboratory runs: start one with 'brakelight lab start twitter-2021'"
      : `several laboratories run: choose one with --lab (${labs.map((lab) => lab.id).join(", ")})`,
  );
}

export interface StartOptions {
  readonly seed?: string;
  readonly speed?: string;
  readonly cause?: string;
  readonly out?: string;
  readonly backend?: string;
  /** --no-captures */
  readonly captures?: boolean;
}

export interface Started {
  readonly record: LabRecord;
  readonly scenario: Scenario;
  readonly cause: string | undefined;
  /** The cause was drawn, not given: it is a secret until the end. */
  readonly isSealed: boolean;
}

export async function startScenario(
  nameOrPath: string,
  options: StartOptions,
  how: Pick<LabStart, "staysOpen" | "isBound">,
): Promise<Started> {
  const path = scenarioPath(nameOrPath);
  if (!path) {
    throw new CommandError(`there is no scenario ${nameOrPath}; there are: ${ownScenarios().join(", ")}`);
  }
  const loaded = loadScenario(path);
  if (!loaded.ok) {
    const { line, reason } = loaded.problem;
    throw new CommandError(`${nameOrPath}${line === undefined ? "" : `, line ${line}`}: ${reason}`);
  }
  const scenario = loaded.value;
  const seed = wholeNumber(options.seed, "--seed") ?? scenario.seed;
  const { causes } = scenario.story;
  if (options.cause !== undefined && !causes.includes(options.cause)) {
    throw new CommandError(
      `${scenario.name} has no cause ${options.cause}; it has: ${causes.join(", ") || "none"}`,
    );
  }
  const cause = options.cause ?? (causes.length > 0 ? seededRandom(seed).pick(causes) : undefined);
  const speed = options.speed === undefined ? undefined : positiveNumber(options.speed, "--speed");
  const backend = chooseBackend(options.backend);
  const out = resolve(options.out ?? defaultOut(scenario.name));
  mkdirSync(out, { recursive: true });
  try {
    const record = await startLab({
      scenarioPath: path,
      scenario: scenario.name,
      title: scenario.title,
      seed,
      speed: speed ?? 1,
      jumps: speed === undefined && !how.staysOpen,
      ...(cause === undefined ? {} : { cause }),
      backend,
      out,
      captures: options.captures ?? true,
      ...how,
    });
    return { record, scenario, cause, isSealed: options.cause === undefined && cause !== undefined };
  } catch (error) {
    throw new CommandError(`the laboratory cannot start: ${(error as Error).message}`, EXIT_NOT_MEASURED);
  }
}

function chooseBackend(asked: string | undefined): "kernel" | "relay" {
  const reason = whyNoCell();
  if (asked === "kernel" && reason)
    throw new CommandError(`no kernel network here: ${reason}`, EXIT_NOT_MEASURED);
  if (asked === undefined || asked === "kernel" || asked === "relay") {
    return asked === "relay" || reason ? "relay" : "kernel";
  }
  throw new CommandError(`--backend is kernel or relay, not ${asked}`);
}

function defaultOut(scenario: string): string {
  const data = process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share");
  const time = new Date().toISOString().replace(/[-:]/g, "").replace(/\..*/, "");
  return join(data, "brakelight", "runs", `${scenario}-${time}`);
}

function wholeNumber(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new CommandError(`${option} is a whole number, not '${text}'`);
  return Number(text);
}

export function positiveNumber(text: string, option: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1e6)) throw new CommandError(`${option} is a number above 0, not '${text}'`);
  return value;
}
