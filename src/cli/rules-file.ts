/**
 * Reads a rule list from a file of any known form, found by its content: YAML and JSON rule lists (docs/format.md),
 * the Russian registry's dump, plain lists of names and addresses; compressed or not.
 */
import type { Problem } from "../base/problem.ts";
import { readInput } from "../host/input.ts";
import type { Action } from "../rules/action.ts";
import type { LineCounts, LineReader } from "../rules/line-reader.ts";
import { plainListReader } from "../rules/plain-list.ts";
import { type RegistryCriterion, registryReader } from "../rules/registry.ts";
import type { RuleList } from "../rules/rule.ts";
import { isRuleJson, LONGEST_RULE_JSON_BYTES, readRuleJson } from "../rules/rule-json.ts";
import { readRuleYaml } from "../rules/rule-yaml.ts";
import { LONGEST_YAML_BYTES } from "../rules/yaml-tree.ts";
import { CommandError } from "./command-error.ts";
import { Progress } from "./progress.ts";

export const RULE_FORMS = ["yaml", "json", "names", "addresses", "registry"] as const;
export type RuleForm = (typeof RULE_FORMS)[number];

/** More are counted, not kept. */
const MOST_PROBLEMS = 1_000;
const SNIFFED_BYTES = 65_536;
/** What plain lists and registries do not say: what a match does. */
const LIST_ACTION: Action = { kind: "drop" };

export interface RuleFile {
  readonly path: string;
  readonly list: RuleList;
  readonly problems: readonly Problem[];
  readonly problemCount: number;
  /** Of forms with a rule a line. */
  readonly counts?: LineCounts;
}

export interface RuleFileOptions {
  /** Found by content when absent. */
  readonly form: RuleForm | undefined;
  readonly by: RegistryCriterion;
}

/** Throws a CommandError when the file cannot be read or holds no rule. */
export async function readRuleFile(path: string, options: RuleFileOptions): Promise<RuleFile> {
  const problems: Problem[] = [];
  let problemCount = 0;
  const onProblem = (problem: Problem): void => {
    if (++problemCount <= MOST_PROBLEMS) problems.push(problem);
  };
  const reading = new RuleReading(options, onProblem);
  const progress = new Progress(path);
  const result = await readInput(path, {
    chunk: (chunk) => reading.push(chunk),
    progress: (read, total) => progress.update(read, total),
  });
  progress.stop();
  if (result.kind === "unreadable") throw new CommandError(`${path}: cannot be read: ${result.reason}`);
  const { list, counts } = reading.end(path);
  if (result.kind === "problem") onProblem(result.problem);
  if (list.rules.length === 0) {
    const reasons = problems.slice(0, 20).map((problem) => problemLine(path, problem));
    throw new CommandError([`${path}: no rule in it can be read`, ...reasons].join("\n"));
  }
  return { path, list, problems, problemCount, ...(counts && { counts }) };
}

/** "rules.yaml, line 12: ..." */
export function problemLine(path: string, { line, offset, reason }: Problem): string {
  const place = line !== undefined ? `, line ${line}` : offset !== undefined ? `, byte ${offset}` : "";
  return `${path}${place}: ${reason}`;
}

/** One file's bytes, whose form is known once some of them are there. */
class RuleReading {
  readonly #options: RuleFileOptions;
  readonly #onProblem: (problem: Problem) => void;
  #held: Uint8Array[] = [];
  #size = 0;
  #form: RuleForm | "plain" | undefined;
  #lines: LineReader | undefined;

  constructor(options: RuleFileOptions, onProblem: (problem: Problem) => void) {
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
    const text = new TextDecoder().decode(Buffer.concat(this.#held));
    const { list, problems } = this.#form === "json" ? readRuleJson(text, name) : readRuleYaml(text, name);
    problems.forEach(this.#onProblem);
    return { list };
  }

  #begin(): void {
    if (this.#lines) return;
    this.#form ??= formOf(new TextDecoder().decode(Buffer.concat(this.#held).subarray(0, SNIFFED_BYTES)));
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
