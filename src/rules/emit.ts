/**
 * A rule list as canonical JSON: the same list always gives the same bytes, so that they can be signed. No white
 * space; fields in the order below; absent fields left out. Lines of the file that it came from are not part of it.
 */
import type { Action } from "./action.ts";
import { formatPrefix } from "./address-prefix.ts";
import { formatPattern } from "./name-pattern.ts";
import type { PortRange, Rule, RuleList } from "./rule.ts";
import { RULES_FORMAT, RULES_VERSION } from "./rule-schema.ts";

export function emitRules({ name, rules }: RuleList): string {
  const head = { format: RULES_FORMAT, version: RULES_VERSION, name };
  const items = rules.map((rule) => JSON.stringify(emitRule(rule)));
  return `${JSON.stringify(head).slice(0, -1)},"rules":[${items.join(",")}]}`;
}

function emitRule(rule: Rule): Record<string, unknown> {
  const { id, names, addresses, ports, protocols, any, fromMs, untilMs, intent, action, taintMs } = rule;
  return {
    id,
    names: names.map(formatPattern),
    addresses: addresses.map(formatPrefix),
    ports: ports.map(formatPorts),
    protocols,
    any,
    fromMs,
    untilMs,
    intent,
    action: emitAction(action),
    taintMs,
  };
}

/** "443" or "8000-8080". */
export function formatPorts({ low, high }: PortRange): string {
  return low === high ? `${low}` : `${low}-${high}`;
}

/** The kind first, then the other fields by name. */
function emitAction(action: Action): Record<string, unknown> {
  const { kind, ...rest } = action;
  const fields = Object.entries(rest).filter(([, value]) => value !== undefined);
  return { kind, ...Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1))) };
}
