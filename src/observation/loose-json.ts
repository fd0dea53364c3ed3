/**
 * Reads JSON that others wrote: a missing key and null are absent; a value of the wrong type is absent and noted.
 * Nothing throws. Texts are cut at a bound; so are lists, which is noted. At most MOST_NOTES notes are kept.
 */
import type { Problem } from "../base/problem.ts";

const MOST_NOTES = 50;
const TEXT_LIMIT = 2_000;

/** Deepest nesting outside strings, found before parsing; stops counting above `limit`. */
export function nestingExceeds(text: string, limit: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === 0x5c) i++;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) {
      quoted = true;
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > limit) return true;
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
    }
  }
  return false;
}

export class LooseObject {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #notes: Problem[];

  constructor(fields: Readonly<Record<string, unknown>>, notes: Problem[], path = "") {
    this.#fields = fields;
    this.#notes = notes;
    this.#path = path;
  }

  static from(value: unknown, notes: Problem[], path = ""): LooseObject | undefined {
    return isObject(value) ? new LooseObject(value, notes, path) : undefined;
  }

  /** The value as it stands; undefined where missing or null. */
  raw(key: string): unknown {
    return Object.hasOwn(this.#fields, key) ? (this.#fields[key] ?? undefined) : undefined;
  }

  keys(): string[] {
    return Object.keys(this.#fields);
  }

  text(key: string): string | undefined {
    const value = this.raw(key);
    if (typeof value === "string") return value === "" ? undefined : value.slice(0, TEXT_LIMIT);
    return this.#absent(key, value, "a text");
  }

  number(key: string): number | undefined {
    const value = this.raw(key);
    if (typeof value === "number" && Number.isFinite(value)) return value;
    return this.#absent(key, value, "a number");
  }

  boolean(key: string): boolean | undefined {
    const value = this.raw(key);
    return typeof value === "boolean" ? value : this.#absent(key, value, "true or false");
  }

  object(key: string): LooseObject | undefined {
    const value = this.raw(key);
    if (isObject(value)) return new LooseObject(value, this.#notes, `${this.#path}${key}.`);
    return this.#absent(key, value, "an object");
  }

  texts(key: string, most: number): string[] {
    return this.#list(key, most).filter((item) => typeof item === "string");
  }

  /** The objects in a list; anything else in it is noted and left out. */
  objects(key: string, most: number): LooseObject[] {
    return this.#list(key, most).flatMap((item, index) => {
      const object = LooseObject.from(item, this.#notes, `${this.#path}${key}[${index}].`);
      if (!object && item !== null) this.note(`${key}[${index}] is not an object`);
      return object ?? [];
    });
  }

  note(reason: string): void {
    if (this.#notes.length < MOST_NOTES) this.#notes.push({ reason: `${this.#path}${reason}` });
  }

  #list(key: string, most: number): unknown[] {
    const value = this.raw(key);
    if (!Array.isArray(value)) return this.#absent(key, value, "a list") ?? [];
    if (value.length > most)
      this.note(`${key} has ${value.length} items, of which the first ${most} are read`);
    return value.slice(0, most);
  }

  #absent(key: string, value: unknown, wanted: string): undefined {
    if (value !== undefined) this.note(`${key} is not ${wanted}`);
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
