import fc from "fast-check";
import { expect, it } from "vitest";
import { naiveMatch, naiveRuleMatches } from "../../test/rules/naive-matcher.ts";
import { randomFlow, randomRules } from "../../test/rules/random-rules.ts";
import { addressBytes } from "./address-prefix.ts";
import { explainMatch } from "./explain.ts";
import { type Flow, UNKNOWN_ADDRESS } from "./flow.ts";
import { compileRules } from "./matcher.ts";
import { readRuleYaml } from "./rule-yaml.ts";

const flow: Flow = { name: "", protocol: "tls", address: UNKNOWN_ADDRESS, port: 443, timeMs: 0 };

function explain(yaml: string, more: Partial<Flow>): string {
  const { list, problems } = readRuleYaml(`action: drop\nrules:\n${yaml}`, "");
  expect(problems).toEqual([]);
  return explainMatch(compileRules(list), { ...flow, ...more }).sentence;
}

it("names the rule, the pattern and where in the name it lies", () => {
  expect(explain('- {id: a, names: "*t.co*"}', { name: "Reddit.com" })).toContain("'*t.co*' (Reddi[t.co]m)");
  expect(explain('- {id: a, names: "*.twimg.com"}', { name: "abs.twimg.com" })).toContain(
    "(abs[.twimg.com])",
  );
  const address = addressBytes("192.0.2.7")!;
  expect(explain("- {id: a, addresses: 192.0.2.0/24}", { address })).toContain("lies in 192.0.2.0/24");
});

it("says what keeps a rule from matching", () => {
  const yaml = "- {id: early, names: t.co, until: 1969-01-01}\n- {id: web, names: t.co, protocols: http}";
  const sentence = explain(`${yaml}\n- {id: else, names: x.y}`, { name: "t.co" });
  expect(sentence).toContain("rule 'early' matched until 1969-01-01");
  expect(sentence).toContain("rule 'web' would match in http only");
  expect(sentence).not.toContain("else");
});

it("shows no control byte of a name that a stranger chose", () => {
  const sentence = explain('- {id: a, names: "*t.co*"}', { name: "\x1b[31mt.co\n" });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
  expect(sentence).not.toMatch(/[\x00-\x1f]/);
});

it("agrees with a naive matcher on the rule, and on the others", () => {
  fc.assert(
    fc.property(randomRules, randomFlow, (rules, { protocol, name, address, port, timeMs }) => {
      const { hit, otherCount } = explainMatch(compileRules({ name: "", rules }), {
        ...(protocol !== undefined && { name }),
        protocol: protocol ?? "tls",
        address: addressBytes(address)!,
        port,
        timeMs,
      });
      const naive = { protocol, name, address, port, timeMs };
      const matching = rules.filter((rule) => naiveRuleMatches(rule, naive));
      expect(hit?.rule.id).toBe(rules[naiveMatch(rules, naive)]?.id);
      expect(otherCount).toBe(Math.max(0, matching.length - 1));
    }),
    { numRuns: 1000 },
  );
});
