/**
 * Bytes of a rule list of any known form, found by its content (YAML and JSON rule lists, the Russian registry's dump, plain
 * lists of names and addresses), become a RuleList. What cannot be read is told with its line. Bounds: those of each form.
 */
import type { Problem } from "../base/problem.ts";
import type { Action } from "./action.ts";
import type { LineCounts, LineReader } from "./line-reader.ts";
import { plainListReader } from "./plain-list.ts";
import { type RegistryCriterion, registryReader } from "./registry.ts";
import type { RuleList } from "./rule.ts";
import { isRuleJson, LONGEST_RULE_JSON_BYTES, readRuleJson } from "./rule-json.ts";
import { readRuleYaml } from "./rule-yaml.ts";
import { LONGEST_YAML_BYTES } from "./yaml-tree.ts";

export const RULE_FORMS = ["yaml", "json", "names", "addresses", "registry"] as const;
export type RuleForm = (typeof RULE_FORMS)[number];

const SNIFFED_BYTES = 65_536;
/** What plain lists and registries do not say: what a match does. */
const LIST_ACTION: Action = { kind: "drop" };

export interface RuleReadingOptions {
  /** Found by content when absent. */
  readonly form: RuleForm | undefined;
  readonly by: RegistryCriterion;
}

/** One file's bytes, whose form is known once some of them are there. */
export class RuleReading {
  readonly #options: RuleReadingOptions;
  readonly #onProblem: (problem: Problem) => void;
  #held: Uint8Array[] = [];
  #size = 0;
  #form: RuleForm | "plain" | undefined;
  #lines: LineReader | undefined;

  constructor(options: RuleReadingOptions, onProblem: (problem: Problem) => void) {
    this.#options = options;
    this.#onProblem = onProblem;
    this.#form = options.form;
  }

  push(chunk: Uint8Array): boolean {
    if (this.#lines) {
      this.#lines.push(chunk);
      return true;
    }
    this.#held.push(chunk.slice());
    this.#size += chunk.length;
    if (this.#size >= SNIFFED_BYTES) this.#begin();
    return (
      this.#size <= LONGEST_RULE_JSON_BYTES && (this.#form !== "yaml" || this.#size <= LONGEST_YAML_BYTES)
    );
  }

  end(name: string): { readonly list: RuleList; readonly counts?: LineCounts } {
    this.#begin();
    if (this.#lines) return this.#lines.end(name);
    if (this.#size > LONGEST_RULE_JSON_BYTES) {
      this.#onProblem({ reason: `more than ${LONGEST_RULE_JSON_BYTES} bytes of JSON` });
      return { list: { name, rules: [] } };
    }
    const text = new TextDecoder().decode(joined(this.#held));
    const { list, problems } = this.#form === "json" ? readRuleJson(text, name) : readRuleYaml(text, name);
    problems.forEach(this.#onProblem);
    return { list };
  }

  #begin(): void {
    if (this.#lines) return;
    this.#form ??= formOf(new TextDecoder().decode(joined(this.#held).subarray(0, SNIFFED_BYTES)));
    if (this.#form === "yaml" || this.#form === "json") return;
    this.#lines = lineReader(this.#form, this.#options.by, this.#onProblem);
    for (const chunk of this.#held) this.#lines.push(chunk);
    this.#held = [];
  }
}

function lineReader(
  form: RuleForm | "plain",
  by: RegistryCriterion,
  onProblem: (problem: Problem) => void,
): LineReader {
  if (form === "registry") return registryReader(by, LIST_ACTION, onProblem);
  const contents = form === "names" || form === "addresses" ? form : "names and addresses";
  return plainListReader(contents, LIST_ACTION, onProblem);
}

/** By the beginning of the file. */
function formOf(text: string): RuleForm | "plain" {
  if (isRuleJson(text)) return "json";
  const first = text.split("\n").find((line) => line.trim() !== "" && !line.startsWith("#")) ?? "";
  if (/^\s*Updated:/i.test(first) || first.split(";").length > 4) return "registry";
  return /^(?:%YAML|---|[{"']|(?:name|action|rules)["']?\s*:)/.test(first) ? "yaml" : "plain";
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
