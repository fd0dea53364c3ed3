/**
 * A story that was played in the laboratory, and what its users would have measured of it: truth and public timeline from
 * test/cases/, the population drawn anew for each seed. The truth is for whoever checks, never for whoever judges.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type Attempt, attemptOf, withSpeeds } from "../../src/incident/attempt.ts";
import { emitPopulation } from "../../src/lab/population/population.ts";
import { populationConfig } from "../../src/lab/population/population-schema.ts";
import { loadScenario, scenarioPath } from "../../src/lab/run/load-scenario.ts";
import { LabTimeline } from "../../src/observation/lab-timeline.ts";
import type { Observation } from "../../src/observation/observation.ts";
import type { TimelineEntry } from "../../src/observation/timeline-entry.ts";
import { type Truth, truthSchema } from "../../src/observation/truth.ts";

export interface Played {
  readonly attempts: readonly Attempt[];
  readonly timeline: readonly TimelineEntry[];
  readonly truth: readonly Truth[];
}

export interface Draw {
  readonly seed: number;
  readonly observations: number;
  /** Half of the networks do not measure at all. */
  readonly halfOfNetworks?: boolean;
  /** Nobody measures a control. */
  readonly withoutControls?: boolean;
}

const cases = new URL("../cases/", import.meta.url);

export function played(name: string, draw: Draw): Played {
  const attempts = [...drawnObservations(name, draw)].flatMap(
    (observation) => attemptOf(observation, undefined) ?? [],
  );
  return { attempts: withSpeeds(attempts), timeline: publicTimeline(name), truth: truthOf(name) };
}

/** What the story's users would have measured. */
export function* drawnObservations(name: string, draw: Draw): Generator<Observation> {
  const scenario = loadScenario(scenarioPath(name.startsWith("twitter-2021") ? "twitter-2021" : name)!);
  if (!scenario.ok) throw new Error(scenario.problem.reason);
  const truth = truthOf(name);
  const untilMs = Math.max(...truth.map(({ time }) => Date.parse(time))) + 24 * 3_600_000;
  const section = { ...scenario.value.population, observations: draw.observations, seed: draw.seed };
  const config = populationConfig(scenario.value, section);
  const period = { ...config, untilMs: Math.min(config.untilMs, untilMs) };
  for (const observation of emitPopulation(scenario.value, truth, period)) {
    if (draw.halfOfNetworks && isLeftOut(observation.networkName, draw.seed)) continue;
    if (draw.withoutControls && observation.role !== "target") continue;
    yield observation;
  }
}

function truthOf(name: string): Truth[] {
  return linesOf(name, "truth").map((line) => truthSchema.parse(line));
}

/** Each network by the toss of its own coin; which ones depends on the seed. */
function isLeftOut(name = "", seed: number): boolean {
  let hash = seed | 0;
  for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return ((hash >>> 13) & 1) === 1;
}

function linesOf(name: string, record: "truth" | "timeline"): unknown[] {
  const text = gunzipSync(readFileSync(new URL(`${name}/${record}.jsonl.gz`, cases))).toString("utf8");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
}

export function publicTimeline(name: string): TimelineEntry[] {
  const reader = new LabTimeline();
  return linesOf(name, "timeline").flatMap((line) => {
    const entry = reader.read(line as object);
    return entry.ok && entry.value ? entry.value : [];
  });
}
