/**
 * Takes the fields of one map of a YAML tree, each once, and collects what is wrong with them, with the line.
 * `done` complains of fields that nobody took: a slip of the pen must not become a rule that means something else.
 */
import type { Problem, Result } from "../base/problem.ts";
import { quoted } from "./name-pattern.ts";
import type { Tree, TreeMap } from "./yaml-tree.ts";

export class FieldReader {
  readonly #map: TreeMap;
  readonly #what: string;
  readonly #problems: Problem[];
  readonly #taken = new Set<string>();

  /** `what` the map is, for messages: "rule 't-co'". */
  constructor(map: TreeMap, what: string, problems: Problem[]) {
    this.#map = map;
    this.#what = what;
    this.#problems = problems;
  }

  get line(): number {
    return this.#map.line;
  }

  /** Undefined when it is absent or null. */
  take(key: string): Tree | undefined {
    this.#taken.add(key);
    const value = this.#map.entries.get(key)?.value;
    return value?.kind === "scalar" && value.value === null ? undefined : value;
  }

  /** A text, or a number as text; read by `read`. */
  one<T>(key: string, read: (text: string) => Result<T>): T | undefined {
    const tree = this.take(key);
    return tree === undefined ? undefined : this.#readOne(key, tree, read);
  }

  needed<T>(key: string, read: (text: string) => Result<T>): T | undefined {
    if (this.take(key) === undefined) {
      this.complain(`'${key}' is missing`);
      return undefined;
    }
    return this.one(key, read);
  }

  /** A list, or its only item; empty when absent. */
  many<T>(key: string, read: (text: string) => Result<T>): T[] {
    const tree = this.take(key);
    if (tree === undefined) return [];
    const items = tree.kind === "list" ? tree.items : [tree];
    if (items.length === 0) this.complain(`'${key}' is an empty list, which matches nothing: leave it out`);
    return items.flatMap((item) => {
      const value = this.#readOne(key, item, read);
      return value === undefined ? [] : [value];
    });
  }

  /** false when absent. */
  flag(key: string): boolean {
    const tree = this.take(key);
    if (tree === undefined) return false;
    if (tree.kind === "scalar" && typeof tree.value === "boolean") return tree.value;
    this.complain(`'${key}' is neither true nor false`, this.#lineOf(key));
    return false;
  }

  complain(reason: string, line = this.#map.line): void {
    this.#problems.push({ reason: `${this.#what}: ${reason}`, line });
  }

  done(): void {
    for (const [key, { line }] of this.#map.entries) {
      if (!this.#taken.has(key)) this.complain(`there is no field ${quoted(key)}`, line);
    }
  }

  #readOne<T>(key: string, tree: Tree, read: (text: string) => Result<T>): T | undefined {
    const line = tree.line || this.#lineOf(key);
    if (tree.kind !== "scalar" || tree.value === null || typeof tree.value === "boolean") {
      this.complain(`'${key}' is no text`, line);
      return undefined;
    }
    const result = read(String(tree.value));
    if (result.ok) return result.value;
    this.complain(`'${key}': ${result.problem.reason}`, line);
    return undefined;
  }

  #lineOf(key: string): number {
    return this.#map.entries.get(key)?.line ?? this.#map.line;
  }
}

/** Reads one of some words. */
export function oneOf<T extends string>(words: readonly T[]): (text: string) => Result<T> {
  return (text) => {
    const word = words.find((one) => one === text);
    if (word !== undefined) return { ok: true, value: word };
    return { ok: false, problem: { reason: `${quoted(text)} is none of ${words.join(", ")}` } };
  };
}

/** Reads whole numbers between two bounds, both included. */
export function wholeNumber(low: number, high: number): (text: string) => Result<number> {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= low && value <= high) return { ok: true, value };
    return { ok: false, problem: { reason: `${quoted(text)} is no whole number from ${low} to ${high}` } };
  };
}
