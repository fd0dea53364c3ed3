/**
 * Rule lists from JSON: what emit.ts writes is read as it was (but for the lines of its first file). A rule that is
 * broken is left out and named by its place in the list. `isRuleJson` tells by the first bytes.
 */
import type { Problem, Result } from "../base/problem.ts";
import { parsePrefix } from "./address-prefix.ts";
import { formatPorts } from "./emit.ts";
import { parsePattern, quoted } from "./name-pattern.ts";
import type { PortRange, Rule } from "./rule.ts";
import { ruleListSchema, ruleSchema } from "./rule-schema.ts";
import type { RuleYaml } from "./rule-yaml.ts";

/** A million rules and their criteria. */
export const LONGEST_RULE_JSON_BYTES = 512 << 20;

export function isRuleJson(text: string): boolean {
  return /^\s*\{\s*"format"\s*:/.test(text.slice(0, 1000));
}

export function readRuleJson(text: string, name: string): RuleYaml {
  const none = (reason: string): RuleYaml => ({ list: { name, rules: [] }, problems: [{ reason }] });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return none(`no JSON: ${(error as Error).message}`);
  }
  const list = ruleListSchema.safeParse(parsed);
  if (!list.success) return none(issueText(list.error.issues[0]));
  const rules: Rule[] = [];
  const problems: Problem[] = [];
  const ids = new Set<string>();
  list.data.rules.forEach((item, index) => {
    const rule = readRule(item);
    if (rule.ok && !ids.has(rule.value.id)) {
      ids.add(rule.value.id);
      rules.push(rule.value);
      return;
    }
    const reason = rule.ok
      ? `the id ${quoted(rule.value.id)} is not the first of its kind`
      : rule.problem.reason;
    problems.push({ reason: `rule ${index + 1}: ${reason}` });
  });
  return { list: { name: list.data.name, rules }, problems };
}

function readRule(item: unknown): Result<Rule> {
  const result = ruleSchema.safeParse(item);
  if (!result.success) return { ok: false, problem: { reason: issueText(result.error.issues[0]) } };
  const { names, addresses, ports, ...rest } = result.data;
  const broken: string[] = [];
  const readAll = <T>(texts: readonly string[], read: (text: string) => Result<T>): T[] =>
    texts.flatMap((text) => {
      const one = read(text);
      if (one.ok) return [one.value];
      broken.push(one.problem.reason);
      return [];
    });
  const rule: Rule = {
    ...rest,
    names: readAll(names, parsePattern),
    addresses: readAll(addresses, parsePrefix),
    ports: readAll(ports, readPorts),
  };
  return broken.length > 0
    ? { ok: false, problem: { reason: broken.join("; ") } }
    : { ok: true, value: rule };
}

function readPorts(text: string): Result<PortRange> {
  const [low, high = low] = text.split("-").map(Number);
  const ports = { low: low!, high: high! };
  const isRange = low! >= 0 && low! <= high! && high! <= 65_535 && formatPorts(ports) === text;
  return isRange
    ? { ok: true, value: ports }
    : { ok: false, problem: { reason: `${quoted(text)} is no port` } };
}

function issueText(issue: { readonly path: PropertyKey[]; readonly message: string } | undefined): string {
  const path = issue?.path.map(String).join(".") ?? "";
  return `${path === "" ? "" : `'${path}': `}${issue?.message ?? "not a rule list"}`;
}
