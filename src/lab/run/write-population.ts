/**
 * The population of a run: reads its truth.jsonl and writes population.jsonl beside it, line by line, however many
 * observations there are.
 */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as yieldToEvents } from "node:timers/promises";
import { truthSchema } from "../../observation/truth.ts";
import { emitPopulation } from "../population/population.ts";
import { populationConfig } from "../population/population-schema.ts";
import type { Scenario } from "../scenario/scenario.ts";

const FLUSH_CHARACTERS = 1 << 20;

/**
 * `untilMs`: the story was ended then; of what came after, nothing is true. Calls `progress` now and then with how many are
 * written. Returns how many there are in the end.
 */
export async function writePopulation(
  scenario: Scenario,
  folder: string,
  {
    observations,
    untilMs = Number.POSITIVE_INFINITY,
  }: { readonly observations?: number; readonly untilMs?: number },
  progress: (written: number) => void,
): Promise<number> {
  const truths = readFileSync(join(folder, "truth.jsonl"), "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => truthSchema.parse(JSON.parse(line)));
  const section = { ...scenario.population, ...(observations === undefined ? {} : { observations }) };
  const whole = populationConfig(scenario, section);
  const config = { ...whole, untilMs: Math.min(whole.untilMs, untilMs) };
  const file = openSync(join(folder, "population.jsonl"), "w");
  let held: string[] = [];
  let length = 0;
  let written = 0;
  for (const observation of emitPopulation(scenario, truths, config)) {
    const line = `${JSON.stringify(observation)}\n`;
    held.push(line);
    length += line.length;
    written++;
    if (length < FLUSH_CHARACTERS) continue;
    writeSync(file, held.join(""));
    held = [];
    length = 0;
    progress(written);
    await yieldToEvents();
  }
  writeSync(file, held.join(""));
  closeSync(file);
  return written;
}
