/** Rule lists of the behaviours: Twitter's by date (Xue et al., IMC 2021), and the kinds of box that came later. */
import { type Action, DEFAULT_BURST_BYTES, TWITTER_RATE_BPS } from "../../src/rules/action.ts";
import { parsePrefix } from "../../src/rules/address-prefix.ts";
import { parsePattern } from "../../src/rules/name-pattern.ts";
import type { NamePattern, Rule, RuleList } from "../../src/rules/rule.ts";

/** Moscow time is UTC+3. */
export const TEN_MARCH = Date.parse("2021-03-10T12:00:00+03:00");
export const ELEVEN_MARCH = Date.parse("2021-03-11T12:00:00+03:00");
export const TWO_APRIL = Date.parse("2021-04-02T12:00:00+03:00");
const ORDER_MS = Date.parse("2021-03-10T10:00:00+03:00");
const FIRST_FIX_MS = Date.parse("2021-03-11T11:00:00+03:00");
const SECOND_FIX_MS = Date.parse("2021-04-02T00:00:00+03:00");

export const POLICE = {
  kind: "police",
  rateBps: TWITTER_RATE_BPS,
  burstBytes: DEFAULT_BURST_BYTES,
  scope: "flow",
  directions: "both",
} as const satisfies Action;

export function patterns(...texts: readonly string[]): NamePattern[] {
  return texts.map((text) => {
    const parsed = parsePattern(text);
    if (!parsed.ok) throw new Error(text);
    return parsed.value;
  });
}

export function rule(id: string, action: Action, more: Partial<Rule> = {}): Rule {
  return {
    id,
    names: [],
    addresses: [],
    ports: [],
    protocols: [],
    any: false,
    intent: [],
    action,
    ...more,
  };
}

export function list(...rules: readonly Rule[]): RuleList {
  return { name: "test", rules };
}

/** One rule by server name. */
export function byName(action: Action, ...names: readonly string[]): RuleList {
  return list(rule("name", action, { names: patterns(...names) }));
}

export function byAddress(action: Action, ...prefixes: readonly string[]): RuleList {
  const addresses = prefixes.map((text) => {
    const parsed = parsePrefix(text);
    if (!parsed.ok) throw new Error(text);
    return parsed.value;
  });
  return list(rule("address", action, { addresses }));
}

/** "Rules by date". */
export const TWITTER = list(
  rule("10 March", POLICE, {
    names: patterns("*t.co*", "*twitter.com", "*.twimg.com"),
    protocols: ["tls"],
    fromMs: ORDER_MS,
    untilMs: FIRST_FIX_MS,
  }),
  rule("11 March", POLICE, {
    names: patterns("t.co", "*twitter.com", "*.twimg.com"),
    protocols: ["tls"],
    fromMs: FIRST_FIX_MS,
    untilMs: SECOND_FIX_MS,
  }),
  rule("2 April", POLICE, {
    names: patterns("t.co", "twitter.com", "www.twitter.com", "api.twitter.com", "*.twimg.com"),
    protocols: ["tls"],
    fromMs: SECOND_FIX_MS,
  }),
);

export const SHAPE_UPLOAD = {
  kind: "shape",
  rateBps: 130_000,
  burstBytes: 3000,
  queueBytes: 200_000,
  scope: "flow",
  directions: "up",
} as const satisfies Action;
