import { describe, expect, it } from "vitest";
import { DEFAULT_BURST_BYTES, TWITTER_RATE_BPS } from "../../rules/action.ts";
import { formatPattern } from "../../rules/name-pattern.ts";
import type { RuleList } from "../../rules/rule.ts";
import { plainRules } from "./plain-rules.ts";

function made(kind: "throttle" | "block", ...targets: string[]): RuleList {
  const rules = plainRules(kind, "order-1", targets);
  if (!rules.ok) throw new Error(rules.problem.reason);
  return rules.value;
}

describe("an order without rules", () => {
  it("polices a name and all below it at the rate of March 2021", () => {
    const [rule] = made("throttle", "twitter.com").rules;
    expect(rule!.names.map(formatPattern)).toEqual(["twitter.com", "*.twitter.com"]);
    expect(rule!.intent).toEqual(["twitter.com"]);
    expect(rule!.action).toEqual({
      kind: "police",
      rateBps: TWITTER_RATE_BPS,
      burstBytes: DEFAULT_BURST_BYTES,
      scope: "flow",
      directions: "both",
    });
  });

  it("resets blocked names and drops blocked prefixes", () => {
    const { rules } = made("block", "telegram.org", "91.108.4.0/22", "2001:db8::1");
    expect(rules.map(({ action }) => action.kind)).toEqual(["reset", "drop", "drop"]);
    expect(rules.map(({ addresses }) => addresses.map(({ bits }) => bits))).toEqual([[], [22], [128]]);
  });

  it("takes a pattern as it is", () => {
    const [rule] = made("throttle", "*t.co*").rules;
    expect(rule!.names.map(formatPattern)).toEqual(["*t.co*"]);
  });

  it("makes one rule of a target that is named twice", () => {
    expect(made("block", "a.org", "a.org").rules).toHaveLength(1);
  });

  it("refuses what is neither name nor prefix, and an order without target", () => {
    for (const target of ["", "a b", "*", "1.2.3.4/99"])
      expect(plainRules("block", "x", [target]).ok, target).toBe(false);
    expect(plainRules("block", "x", []).ok).toBe(false);
  });
});
