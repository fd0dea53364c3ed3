/**
 * The rule list of an order that names none. A name stands for itself and all names below it; a pattern (`*t.co*`)
 * and an address prefix for themselves. Throttled names are policed as Twitter's were in March 2021, blocked ones reset,
 * blocked prefixes dropped.
 */
import { failure, type Result, success } from "../../base/problem.ts";
import { type Action, DEFAULT_BURST_BYTES, TWITTER_RATE_BPS } from "../../rules/action.ts";
import { parsePrefix } from "../../rules/address-prefix.ts";
import { parsePattern } from "../../rules/name-pattern.ts";
import type { NamePattern, NameProtocol, Rule, RuleList } from "../../rules/rule.ts";

const POLICE: Action = {
  kind: "police",
  rateBps: TWITTER_RATE_BPS,
  burstBytes: DEFAULT_BURST_BYTES,
  scope: "flow",
  directions: "both",
};

/** The boxes of March 2021 looked at TLS only (Xue et al. 2021); QUIC, so that it is no way around. */
const THROTTLED: readonly NameProtocol[] = ["tls", "quic"];
const BLOCKED: readonly NameProtocol[] = ["tls", "http", "quic"];

/** `targets`: names, patterns, prefixes. Refused with the reason when one is none of these. */
export function plainRules(
  kind: "throttle" | "block",
  name: string,
  targets: readonly string[],
): Result<RuleList> {
  const rules: Rule[] = [];
  for (const target of new Set(targets)) {
    const made = plainRule(kind, target);
    if (!made.ok) return made;
    rules.push(made.value);
  }
  return rules.length > 0 ? success({ name, rules }) : failure("aimed at nothing");
}

function plainRule(kind: "throttle" | "block", target: string): Result<Rule> {
  const empty = { id: target, names: [], addresses: [], ports: [], protocols: [], any: false };
  const prefix = parsePrefix(target);
  if (prefix.ok) {
    const action: Action = kind === "throttle" ? POLICE : { kind: "drop" };
    return success({ ...empty, addresses: [prefix.value], intent: [target], action });
  }
  const pattern = parsePattern(target);
  if (!pattern.ok) return pattern;
  const { text } = pattern.value;
  const below: NamePattern[] = pattern.value.kind === "exact" ? [{ kind: "suffix", text: `.${text}` }] : [];
  return success({
    ...empty,
    names: [pattern.value, ...below],
    protocols: kind === "throttle" ? THROTTLED : BLOCKED,
    intent: [text.replace(/^\./, "")],
    action: kind === "throttle" ? POLICE : { kind: "reset" },
  });
}
