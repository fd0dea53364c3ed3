/**
 * Scenarios for tests, read from text as any other.
 */
import { readScenario } from "../../src/lab/scenario/read-scenario.ts";
import type { Scenario } from "../../src/lab/scenario/scenario.ts";

/** Throws with line and reason when the text is wrong. */
export function scenarioOf(text: string): Scenario {
  const read = readScenario(text, (file) => ({ ok: false, problem: { reason: `no file ${file} in tests` } }));
  if (!read.ok) throw new Error(`line ${read.problem.line}: ${read.problem.reason}`);
  return read.value;
}
