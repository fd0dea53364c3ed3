/**
 * `node --import tsx test/bench/population.ts [OBSERVATIONS]`: a population of 5,000 users in eight networks, a million
 * observations unless told otherwise. Prints observations a second, the largest heap and memory in use, and both after
 * the first tenth, which they should not much exceed. Nothing is asserted.
 */
import { populationOf } from "../../src/lab/population/config.ts";
import { emitPopulation } from "../../src/lab/population/population.ts";
import { testScenario, truthLines } from "../lab/population-scenario.ts";

const LOOK_EVERY = 10_000;
const MB = 1e6;

const count = Number(process.argv[2] ?? 1_000_000);
const scenario = testScenario();
const config = populationOf(scenario, { observations: count });
const truths = truthLines(scenario, { throttledFromMs: scenario.startMs + 3_600_000 });

let seen = 0;
let failed = 0;
let heap = 0;
let resident = 0;
let early = "";
const start = process.hrtime.bigint();
for (const { failure } of emitPopulation(scenario, truths, config)) {
  if (failure !== undefined) failed++;
  if (++seen % LOOK_EVERY !== 0) continue;
  const { heapUsed, rss } = process.memoryUsage();
  heap = Math.max(heap, heapUsed);
  resident = Math.max(resident, rss);
  if (seen === Math.ceil(count / 10 / LOOK_EVERY) * LOOK_EVERY) early = memory();
}
const seconds = Number(process.hrtime.bigint() - start) / 1e9;

console.log(`${seen} observations, ${failed} with a failure, in ${seconds.toFixed(2)} s`);
console.log(`${Math.round(seen / seconds)} observations a second`);
console.log(`largest: ${memory()}; after the first tenth: ${early}`);

function memory(): string {
  return `heap ${(heap / MB).toFixed(0)} MB, resident ${(resident / MB).toFixed(0)} MB`;
}
