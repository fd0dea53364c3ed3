/**
 * Lists with one rule a line, streamed. No line is lost in silence: each is a rule, a comment (blank lines and headers
 * too) or broken, and the counts add up. A line of which only a part could be used is a rule and a problem.
 * Memory: the rules. Bounded by MOST_RULES; what comes after them is broken.
 */
import type { Problem } from "../base/problem.ts";
import { ByteLines, LONGEST_LINE_BYTES } from "./byte-lines.ts";
import type { Rule, RuleList } from "./rule.ts";

export const MOST_RULES = 5_000_000;

/** lines = rules + comments + broken; `partly` of the rules were left without a part of their line. */
export interface LineCounts {
  readonly lines: number;
  readonly rules: number;
  readonly comments: number;
  readonly broken: number;
  readonly partly: number;
}

export type LineReading =
  | { readonly kind: "rule"; readonly rule: Rule; readonly leftOut: readonly string[] }
  | { readonly kind: "comment" }
  | { readonly kind: "broken"; readonly reason: string };

export class LineReader {
  readonly #read: (text: string, line: number) => LineReading;
  readonly #onProblem: (problem: Problem) => void;
  readonly #decoder: InstanceType<typeof TextDecoder>;
  readonly #lines: ByteLines;
  readonly #rules: Rule[] = [];
  #count = 0;
  #comments = 0;
  #broken = 0;
  #partly = 0;

  constructor(
    encoding: "utf-8" | "windows-1251",
    read: (text: string, line: number) => LineReading,
    onProblem: (problem: Problem) => void,
  ) {
    this.#read = read;
    this.#onProblem = onProblem;
    this.#decoder = new TextDecoder(encoding);
    this.#lines = new ByteLines({
      line: (bytes, line) => this.#take(this.#decoder.decode(bytes), line),
      tooLong: (line) => {
        this.#count++;
        this.#breaks(`longer than ${LONGEST_LINE_BYTES} bytes`, line);
      },
    });
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  end(name: string): { readonly list: RuleList; readonly counts: LineCounts } {
    this.#lines.end();
    const counts = {
      lines: this.#count,
      rules: this.#rules.length,
      comments: this.#comments,
      broken: this.#broken,
      partly: this.#partly,
    };
    return { list: { name, rules: this.#rules }, counts };
  }

  #take(text: string, line: number): void {
    this.#count++;
    const reading = this.#read(text, line);
    if (reading.kind === "comment") this.#comments++;
    else if (reading.kind === "broken") this.#breaks(reading.reason, line);
    else if (this.#rules.length >= MOST_RULES) this.#breaks(`more than ${MOST_RULES} rules`, line);
    else {
      this.#rules.push(reading.rule);
      if (reading.leftOut.length === 0) return;
      this.#partly++;
      this.#onProblem({ line, reason: `left out: ${reading.leftOut.join("; ")}` });
    }
  }

  #breaks(reason: string, line: number): void {
    this.#broken++;
    this.#onProblem({ line, reason });
  }
}

/** Shared by all rules that ask for nothing of the kind. */
const NOTHING: readonly never[] = Object.freeze([]);
const WHOLE: readonly string[] = NOTHING;

/** The rule of one line; `id` must be unique. */
export function lineRule(
  id: string,
  line: number,
  criteria: Partial<Pick<Rule, "names" | "addresses">>,
  intent: readonly string[],
  action: Rule["action"],
  leftOut: readonly string[] = WHOLE,
): LineReading {
  const { names = NOTHING, addresses = NOTHING } = criteria;
  const rule: Rule = {
    id,
    names,
    addresses,
    ports: NOTHING,
    protocols: NOTHING,
    any: false,
    intent,
    action,
    line,
  };
  return { kind: "rule", rule, leftOut };
}
