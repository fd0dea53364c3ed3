/**
 * Reads a rule list from a file of any known form, found by its content: YAML and JSON rule lists (docs/format.md),
 * the Russian registry's dump, plain lists of names and addresses; compressed or not.
 */
import type { Problem } from "../base/problem.ts";
import { readInput } from "../host/input.ts";
import type { LineCounts } from "../rules/line-reader.ts";
import type { RuleList } from "../rules/rule.ts";
import { RuleReading, type RuleReadingOptions } from "../rules/rule-reading.ts";
import { CommandError } from "./command-error.ts";
import { Progress } from "./progress.ts";

/** More are counted, not kept. */
const MOST_PROBLEMS = 1_000;

export interface RuleFile {
  readonly path: string;
  readonly list: RuleList;
  readonly problems: readonly Problem[];
  readonly problemCount: number;
  /** Of forms with a rule a line. */
  readonly counts?: LineCounts;
}

/** Throws a CommandError when the file cannot be read or holds no rule. */
export async function readRuleFile(path: string, options: RuleReadingOptions): Promise<RuleFile> {
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
