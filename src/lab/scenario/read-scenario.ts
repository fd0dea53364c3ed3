/**
 * Reads a scenario file: YAML in, the Scenario record out, every default filled in and every reference checked. What is
 * wrong is returned with its line; nothing is guessed. Bounds: those of parseYaml (rules/yaml-tree.ts).
 */
import type { Problem, Result } from "../../base/problem.ts";
import { failure, success } from "../../base/problem.ts";
import type { RuleList } from "../../rules/rule.ts";
import { type RuleYaml, readRuleTree } from "../../rules/rule-yaml.ts";
import { parseYaml, type Tree } from "../../rules/yaml-tree.ts";
import { buildScenario } from "./build-scenario.ts";
import type { Scenario } from "./scenario.ts";
import { scenarioFileSchema } from "./scenario-schema.ts";

/** The rule list in a file that is named relative to the scenario's. */
export type ReadRuleFile = (file: string, name: string) => Result<RuleYaml>;

/** Where in the file something is, as keys and indices from its root. */
export type Path = readonly (string | number)[];

/** What is wrong with the scenario as a whole, and where it stands. */
export interface ScenarioProblem extends Omit<Problem, "line" | "offset"> {
  readonly path: Path;
}

export function readScenario(text: string, readRuleFile: ReadRuleFile): Result<Scenario> {
  const parsed = parseYaml(text);
  if (!parsed.ok) return { ok: false, problem: parsed.problems[0]! };
  const { tree } = parsed;
  const problemAt = (reason: string, path: Path): Result<Scenario> => {
    const place = path.length > 0 ? `${path.join(".")}: ` : "";
    return failure(place + reason, { line: lineAt(tree, path) });
  };
  const checked = scenarioFileSchema.safeParse(plainOf(tree));
  if (!checked.success) {
    const issue = checked.error.issues[0]!;
    return problemAt(issue.message, issue.path as Path);
  }
  const rules: Record<string, RuleList> = {};
  for (const name of Object.keys(checked.data.rules)) {
    const list = readRules(childOf(childOf(tree, "rules")!, name)!, name, readRuleFile);
    if (!list.ok) return list;
    rules[name] = list.value;
  }
  const built = buildScenario(checked.data, rules);
  return built.ok ? success(built.value) : problemAt(built.problem.reason, built.problem.path);
}

/** A scalar names a file; anything else is the rules themselves. A list with any problem is refused. */
function readRules(tree: Tree, name: string, readRuleFile: ReadRuleFile): Result<RuleList> {
  if (tree.kind === "scalar") {
    const read = readRuleFile(String(tree.value), name);
    if (!read.ok) return failure(`rules.${name}: ${read.problem.reason}`, { line: tree.line });
    const [problem] = read.value.problems;
    return problem
      ? failure(`rules.${name}: ${tree.value}, line ${problem.line}: ${problem.reason}`, { line: tree.line })
      : success({ ...read.value.list, name });
  }
  const { list, problems } = readRuleTree(tree, name);
  return problems[0] ? { ok: false, problem: problems[0] } : success(list);
}

function childOf(tree: Tree, key: string | number): Tree | undefined {
  if (tree.kind === "map") return tree.entries.get(String(key))?.value;
  return tree.kind === "list" ? tree.items[Number(key)] : undefined;
}

/** Of the deepest part of the path that is there. */
function lineAt(tree: Tree, path: Path): number {
  let at = tree;
  let line = tree.line;
  for (const key of path) {
    const entry = at.kind === "map" ? at.entries.get(String(key)) : undefined;
    const next = childOf(at, key);
    if (!next) break;
    at = next;
    line = entry?.line ?? next.line;
  }
  return line;
}

function plainOf(tree: Tree): unknown {
  if (tree.kind === "scalar") return tree.value;
  if (tree.kind === "list") return tree.items.map(plainOf);
  return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, plainOf(value)]));
}
