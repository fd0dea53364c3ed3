/**
 * The order of loads: in each round all objects of the pair once, in random order, within the bytes that the person gave.
 * Ends after the plan's rounds, at the budget, when the person stops it, or when two loads of one object waited in vain.
 */

import type { Role } from "../../src/observation/observation.ts";
import type { TestObject, TestPair } from "../../src/server/volunteer/plan.ts";
import type { Outcome } from "./load.ts";

export interface Load {
  readonly role: Role;
  readonly round: number;
  readonly object: TestObject;
  /** Unix time. */
  readonly atMs: number;
  readonly outcome: Outcome;
}

export type End = "done" | "budget" | "stopped";

export interface Course {
  readonly loads: readonly Load[];
  readonly end: End;
  readonly bytes: number;
}

export interface CourseEffects {
  readonly load: (object: TestObject, role: Role, round: number) => Promise<Outcome>;
  readonly shuffled: <T>(items: readonly T[]) => readonly T[];
  readonly nowMs: () => number;
  readonly onLoad: (load: Load) => void;
}

const MOST_WAITS = 2;

export async function runCourse(
  pair: TestPair,
  rounds: number,
  budgetBytes: number,
  { load, shuffled, nowMs, onLoad }: CourseEffects,
): Promise<Course> {
  const loads: Load[] = [];
  let bytes = 0;
  const arms: readonly (readonly [Role, TestObject])[] = [
    ["target", pair.target],
    ["control", pair.control],
    ...(pair.overMatch ? [["lookalike", pair.overMatch] as const] : []),
  ];
  for (let round = 0; round < rounds; round++) {
    for (const [role, object] of shuffled(arms)) {
      if (bytes + object.bytes > budgetBytes) return { loads, end: "budget", bytes };
      const atMs = nowMs();
      const outcome = await load(object, role, round);
      if (outcome.kind === "stopped") return { loads, end: "stopped", bytes };
      bytes += bytesOf(outcome, object);
      const done: Load = { role, round, object, atMs, outcome };
      loads.push(done);
      onLoad(done);
      const waits = loads.filter((one) => one.role === role && one.outcome.kind === "late");
      if (waits.length >= MOST_WAITS) return { loads, end: "done", bytes };
    }
  }
  return { loads, end: "done", bytes };
}

/** What may have come; of what failed nobody knows, and it counts whole. */
function bytesOf(outcome: Outcome, { bytes }: TestObject): number {
  return outcome.kind === "part" ? outcome.bytes : bytes;
}

/** Fisher and Yates, with the browser's randomness. */
export function shuffled<T>(items: readonly T[]): readonly T[] {
  const drawn = [...items];
  for (let last = drawn.length - 1; last > 0; last--) {
    const at = crypto.getRandomValues(new Uint32Array(1))[0]! % (last + 1);
    [drawn[last], drawn[at]] = [drawn[at]!, drawn[last]!];
  }
  return drawn;
}
