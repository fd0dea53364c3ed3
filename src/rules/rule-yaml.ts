/**
 * A rule list as people write it (docs/format.md) becomes a RuleList. A rule with anything wrong in it is left out,
 * each wrong thing a problem with its line; the other rules are read.
 */
import { failure, type Problem, type Result, success } from "../base/problem.ts";
import { parseDuration } from "../base/quantity.ts";
import type { Action } from "./action.ts";
import { readAction } from "./action-fields.ts";
import { parsePrefix } from "./address-prefix.ts";
import { FieldReader, oneOf, wholeNumber } from "./field-reader.ts";
import { parsePattern, quoted } from "./name-pattern.ts";
import { patternIntent } from "./plain-list.ts";
import { NAME_PROTOCOLS, type PortRange, type Rule, type RuleList } from "./rule.ts";
import { parseYaml, type Tree } from "./yaml-tree.ts";

const HIGHEST_PORT = 65_535;

export interface RuleYaml {
  readonly list: RuleList;
  readonly problems: readonly Problem[];
}

/** `name` is the list's where it does not say its own. */
export function readRuleYaml(text: string, name: string): RuleYaml {
  const parsed = parseYaml(text);
  if (!parsed.ok) return { list: { name, rules: [] }, problems: parsed.problems };
  return readRuleTree(parsed.tree, name);
}

/** For lists that stand inside other files, such as scenarios. */
export function readRuleTree(tree: Tree, name: string): RuleYaml {
  const problems: Problem[] = [];
  const rules: Rule[] = [];
  if (tree.kind !== "map") {
    problems.push({ reason: "a rule list has the field 'rules', a list", line: tree.line });
    return { list: { name, rules }, problems };
  }
  const fields = new FieldReader(tree, "rule list", problems);
  const ownName = fields.one("name", shortText);
  const actionTree = fields.take("action");
  const action = actionTree && readAction(actionTree, "action", problems);
  const items = fields.take("rules");
  fields.done();
  if (items?.kind !== "list") fields.complain("'rules' is missing, or no list", items?.line);
  else readRules(items.items, action, rules, problems);
  return { list: { name: ownName ?? name, rules }, problems };
}

function readRules(
  items: readonly Tree[],
  action: Action | undefined,
  rules: Rule[],
  problems: Problem[],
): void {
  const ids = new Map<string, number>();
  items.forEach((item, index) => {
    if (item.kind !== "map") {
      problems.push({ reason: `rule ${index + 1} is no map of fields`, line: item.line });
      return;
    }
    const before = problems.length;
    const idTree = item.entries.get("id")?.value;
    const called = idTree?.kind === "scalar" ? quoted(String(idTree.value)) : `${index + 1}`;
    const fields = new FieldReader(item, `rule ${called}`, problems);
    const rule = readRule(fields, action, problems, `rule ${called}`);
    const earlier = rule && ids.get(rule.id);
    if (earlier !== undefined) fields.complain(`line ${earlier} has the same id`);
    if (rule) ids.set(rule.id, item.line);
    if (rule && problems.length === before) rules.push(rule);
  });
}

function readRule(
  fields: FieldReader,
  listAction: Action | undefined,
  problems: Problem[],
  what: string,
): Rule | undefined {
  const id = fields.needed("id", shortText);
  const names = fields.many("names", parsePattern);
  const addresses = fields.many("addresses", parsePrefix);
  const ports = fields.many("ports", parsePorts);
  const protocols = fields.many("protocols", oneOf(NAME_PROTOCOLS));
  const any = fields.flag("any");
  const fromMs = fields.one("from", parseDate);
  const untilMs = fields.one("until", parseDate);
  const intent = fields.many("for", parseIntent);
  const tree = fields.take("action");
  const action = tree ? readAction(tree, `${what}, action`, problems) : listAction;
  const taintUs = fields.one("taint", parseDuration);
  fields.done();
  if (!tree && !listAction) fields.complain("'action' is missing, here and in the list");
  if (any && names.length + addresses.length > 0)
    fields.complain("'any' matches every flow; it has neither names nor addresses");
  const asks = ["names", "addresses", "ports", "protocols", "any"].some((key) => fields.take(key));
  if (!asks)
    fields.complain("it asks for nothing: give it names, addresses, ports, protocols or 'any: true'");
  if (fromMs !== undefined && untilMs !== undefined && fromMs >= untilMs)
    fields.complain("'until' is not after 'from'");
  if (id === undefined || action === undefined) return undefined;
  return {
    id,
    names,
    addresses,
    ports,
    protocols,
    any,
    ...(fromMs !== undefined && { fromMs }),
    ...(untilMs !== undefined && { untilMs }),
    intent: fields.take("for") ? intent : [...new Set(names.map(patternIntent))],
    action,
    ...(taintUs !== undefined && { taintMs: taintUs / 1000 }),
    line: fields.line,
  };
}

/** "443" or "8000-8080". */
function parsePorts(text: string): Result<PortRange> {
  const match = /^(\d+)(?:\s*-\s*(\d+))?$/.exec(text.trim());
  const low = wholeNumber(0, HIGHEST_PORT)(match?.[1] ?? text);
  if (!low.ok) return low;
  const high = wholeNumber(low.value, HIGHEST_PORT)(match?.[2] ?? String(low.value));
  return high.ok ? success({ low: low.value, high: high.value }) : high;
}

/** Dates are midnight in UTC; a time says its zone, or it would mean another moment on another machine. */
export function parseDate(text: string): Result<number> {
  const isIso = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text);
  const timeMs = isIso ? Date.parse(text.replace(" ", "T")) : Number.NaN;
  // 31 February is the 3rd of March to some parsers.
  const isDay = isIso && new Date(`${text.slice(0, 10)}T00:00Z`).getUTCDate() === Number(text.slice(8, 10));
  if (isDay && !Number.isNaN(timeMs)) return success(timeMs);
  return failure(`${quoted(text)} is no date or time with its zone, such as 2021-03-10T07:00:00Z`);
}

/** A whole name: what is meant has no asterisk. */
function parseIntent(text: string): Result<string> {
  const pattern = parsePattern(text);
  if (!pattern.ok) return pattern;
  return pattern.value.kind === "exact"
    ? success(pattern.value.text)
    : failure(`${quoted(text)} is a pattern; a name means itself and what is below it`);
}

function shortText(text: string): Result<string> {
  return text.trim() !== "" && text.length <= 200
    ? success(text)
    : failure("empty or longer than 200 characters");
}
