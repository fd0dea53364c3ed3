/**
 * From a scenario's name or path to a running laboratory. What cannot be is a StartProblem with a reason for people.
 */
import { seededRandom } from "../../base/random.ts";
import { whyNoCell } from "../cell/cell.ts";
import { type LabStart, startLab } from "../cell/start-cell.ts";
import { loadScenario, ownScenarios, scenarioPath } from "../run/load-scenario.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { LabRecord } from "./lab-record.ts";

export interface ScenarioStart
  extends Pick<LabStart, "out" | "captures" | "staysOpen" | "isBound" | "untilMs"> {
  readonly seed?: number;
  /** Taken where neither a seed nor one of the story's causes is given, so that nobody knows the cause beforehand. */
  readonly freshSeed?: number;
  /** Absent: the clock leaps over quiet times, or runs as this machine's when the laboratory stays open. */
  readonly speed?: number;
  /** Absent: drawn by the seed, where the story has causes. */
  readonly cause?: string;
  /** Absent: kernel where this machine can. */
  readonly backend?: LabStart["backend"];
}

export interface StartedScenario {
  readonly record: LabRecord;
  readonly scenario: Scenario;
  readonly cause: string | undefined;
  /** Why it is made of relays though nobody asked for that. */
  readonly whyRelay?: string;
}

export class StartProblem extends Error {
  /** Whether the machine is the reason, and not what was asked for. */
  readonly isMachine: boolean;

  constructor(reason: string, isMachine = false) {
    super(reason);
    this.isMachine = isMachine;
  }
}

export async function startScenario(nameOrPath: string, start: ScenarioStart): Promise<StartedScenario> {
  const path = scenarioPath(nameOrPath);
  if (!path) {
    throw new StartProblem(
      `there is no scenario ${nameOrPath}; there are: ${ownScenarios().join(", ")}; a file of yours must end in .yaml or be named with its folder (./${nameOrPath})`,
    );
  }
  const loaded = loadScenario(path);
  if (!loaded.ok) {
    const { line, reason } = loaded.problem;
    throw new StartProblem(`${nameOrPath}${line === undefined ? "" : `, line ${line}`}: ${reason}`);
  }
  const scenario = loaded.value;
  const { speed, out, captures, staysOpen, isBound } = start;
  const isDrawn = start.cause === undefined && scenario.story.causes.length > 0;
  const seed = start.seed ?? (isDrawn ? start.freshSeed : undefined) ?? scenario.seed;
  const cause = chooseCause(scenario, start.cause, seed);
  const { backend, whyRelay } = chooseBackend(start.backend);
  try {
    const record = await startLab({
      scenarioPath: path,
      scenario: scenario.name,
      title: scenario.title,
      seed,
      speed: speed ?? 1,
      jumps: speed === undefined && !staysOpen,
      ...(cause === undefined ? {} : { cause }),
      ...(start.untilMs === undefined ? {} : { untilMs: start.untilMs }),
      ...{ backend, out, captures, staysOpen, isBound },
    });
    return { record, scenario, cause, ...(whyRelay === undefined ? {} : { whyRelay }) };
  } catch (error) {
    throw new StartProblem(`the laboratory cannot start: ${(error as Error).message}`, true);
  }
}

function chooseCause({ name, story }: Scenario, asked: string | undefined, seed: number): string | undefined {
  const { causes } = story;
  if (asked !== undefined && !causes.includes(asked)) {
    throw new StartProblem(`${name} has no cause ${asked}; it has: ${causes.join(", ") || "none"}`);
  }
  return asked ?? (causes.length > 0 ? seededRandom(seed).pick(causes) : undefined);
}

function chooseBackend(asked: LabStart["backend"] | undefined): {
  backend: LabStart["backend"];
  whyRelay?: string;
} {
  if (asked === "relay") return { backend: "relay" };
  const reason = whyNoCell();
  if (reason === undefined) return { backend: "kernel" };
  if (asked === "kernel") throw new StartProblem(`no kernel network here: ${reason}`, true);
  return { backend: "relay", whyRelay: reason };
}
