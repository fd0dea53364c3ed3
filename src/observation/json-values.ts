/**
 * JSON that others wrote, of either form: one value a line, or one list over the whole input. Hands out objects with their
 * line (of a list: their number in it). Bounded in length and nesting; what is not an object is reported.
 */
import type { Problem } from "../base/problem.ts";
import { LineSplitter, LONGEST_LINE_BYTES } from "./lines.ts";
import { nestingExceeds } from "./loose-json.ts";

const DEEPEST_NESTING = 32;

export class JsonValues {
  readonly #onObject: (value: object, line: number) => void;
  readonly #onProblem: (problem: Problem) => void;
  readonly #lines: LineSplitter;
  /** The lines of a list that does not end on the line on which it began. */
  #list: string[] | undefined;
  #length = 0;
  #isFirst = true;

  constructor(onObject: (value: object, line: number) => void, onProblem: (problem: Problem) => void) {
    this.#onObject = onObject;
    this.#onProblem = onProblem;
    this.#lines = new LineSplitter((text, line) => this.#line(text, line), onProblem);
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  end(): void {
    this.#lines.end();
    if (this.#list && this.#length <= LONGEST_LINE_BYTES) this.#value(this.#list.join("\n"), 1);
  }

  #line(text: string, line: number): void {
    const trimmed = text.trim();
    if (this.#isFirst && trimmed.startsWith("[") && !trimmed.endsWith("]")) this.#list = [];
    this.#isFirst = false;
    if (!this.#list) {
      this.#value(text, line);
      return;
    }
    if (this.#length > LONGEST_LINE_BYTES) return;
    this.#length += text.length;
    if (this.#length > LONGEST_LINE_BYTES) {
      this.#onProblem({
        reason: `list longer than ${LONGEST_LINE_BYTES} characters: write one value a line`,
        line,
      });
      this.#list = [];
      return;
    }
    this.#list.push(text);
  }

  #value(text: string, line: number): void {
    if (nestingExceeds(text, DEEPEST_NESTING)) {
      this.#onProblem({ reason: `nested deeper than ${DEEPEST_NESTING} levels`, line });
      return;
    }
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      this.#onProblem({ reason: "not JSON", line });
      return;
    }
    const values = Array.isArray(json) ? json : [json];
    values.forEach((value: unknown, at) => {
      const where = this.#list ? at + 1 : line;
      if (typeof value === "object" && value !== null && !Array.isArray(value)) this.#onObject(value, where);
      else this.#onProblem({ reason: "not an object", line: where });
    });
  }
}
