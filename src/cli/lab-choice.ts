/**
 * Which laboratory a command is about, and how it is started.
 */
import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type LabRecord, runningLabs } from "../lab/control/lab-record.ts";
import {
  type ScenarioStart,
  type StartedScenario,
  StartProblem,
  startScenario,
} from "../lab/control/start-scenario.ts";
import { CommandError, EXIT_BAD_INPUT, EXIT_NOT_MEASURED } from "./command-error.ts";
import { privateDataFolder } from "./data-folder.ts";
import { spin } from "./spinner.ts";

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
  readonly until?: string;
  /** --no-captures */
  readonly captures?: boolean;
}

/** `isSealed`: the cause was drawn, not given, and is a secret until the end. */
export type Started = StartedScenario & { readonly isSealed: boolean };

export async function startFromOptions(
  nameOrPath: string,
  options: StartOptions,
  how: Pick<ScenarioStart, "staysOpen" | "isBound">,
): Promise<Started> {
  const { backend, cause } = options;
  if (backend !== undefined && backend !== "kernel" && backend !== "relay") {
    throw new CommandError(`--backend is kernel or relay, not ${backend}`);
  }
  const seed = wholeNumber(options.seed, "--seed");
  const speed = options.speed === undefined ? undefined : positiveNumber(options.speed, "--speed");
  const out = resolve(options.out ?? defaultOut(basename(nameOrPath).replace(/\.ya?ml$/, "")));
  const start: ScenarioStart = {
    out,
    captures: options.captures ?? true,
    freshSeed: randomInt(MOST_SEEDS),
    ...how,
    ...(seed === undefined ? {} : { seed }),
    ...(speed === undefined ? {} : { speed }),
    ...(cause === undefined ? {} : { cause }),
    ...(backend === undefined ? {} : { backend }),
    ...(options.until === undefined ? {} : { untilMs: timeMs(options.until) }),
  };
  if (existsSync(join(out, "truth.jsonl"))) {
    throw new CommandError(`${out} holds the records of another run: give another --out`);
  }
  const spinner = spin({ text: "the laboratory is being built", isSilent: !process.stderr.isTTY });
  try {
    const started = await startScenario(nameOrPath, start);
    if (started.whyRelay)
      process.stderr.write(`brakelight: made of relays, without loss and place: ${started.whyRelay}\n`);
    return { ...started, isSealed: cause === undefined && started.cause !== undefined };
  } catch (error) {
    if (!(error instanceof StartProblem)) throw error;
    throw new CommandError(error.message, error.isMachine ? EXIT_NOT_MEASURED : EXIT_BAD_INPUT);
  } finally {
    spinner.stop();
  }
}

export function timeMs(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new CommandError(`--until is a time such as 2021-03-10T09:00:00Z, not '${text}'`);
  return ms;
}

const MOST_SEEDS = 1_000_000_000;

function defaultOut(scenario: string): string {
  const time = new Date().toISOString().replace(/[-:]/g, "").replace(/\..*/, "");
  return join(privateDataFolder(), "runs", `${scenario}-${time}`);
}

export function wholeNumber(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new CommandError(`${option} is a whole number, not '${text}'`);
  return Number(text);
}

export function positiveNumber(text: string, option: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1e6)) throw new CommandError(`${option} is a number above 0, not '${text}'`);
  return value;
}
