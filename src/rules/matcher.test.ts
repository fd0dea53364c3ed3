import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { type NaiveFlow, naiveMatch } from "../../test/rules/naive-matcher.ts";
import { randomFlow, randomRules } from "../../test/rules/random-rules.ts";
import { compileRules } from "./matcher.ts";
import { parsePattern } from "./name-pattern.ts";
import type { Matcher, Rule } from "./rule.ts";

const flow: NaiveFlow = { protocol: "tls", name: "", address: "192.0.2.1", port: 443, timeMs: 0 };

/** The name in the midst of other bytes, as in a packet. */
function matchFlow(matcher: Matcher, { protocol, name, address, port, timeMs }: NaiveFlow): number {
  const bytes = new TextEncoder().encode(`t.co${name}t.co`);
  const parsed = ipaddr.parse(address).toByteArray();
  const version = parsed.length === 4 ? 4 : 6;
  const place = Uint8Array.from([1, 2, 3, ...parsed, 4]);
  return matcher.match(protocol, bytes, 4, bytes.length - 4, place, 3, version, port, timeMs);
}

function ruleOf(patterns: readonly string[], more: Partial<Rule> = {}): Rule {
  const names = patterns.map((pattern) => {
    const parsed = parsePattern(pattern);
    if (!parsed.ok) throw new Error(parsed.problem.reason);
    return parsed.value;
  });
  const none = { addresses: [], ports: [], protocols: [], any: false, intent: [] };
  return { id: patterns.join(" "), names, ...none, action: { kind: "drop" }, ...more };
}

describe("a compiled rule list", () => {
  it("agrees with a naive matcher on random lists and flows", () => {
    fc.assert(
      fc.property(randomRules, fc.array(randomFlow, { minLength: 1, maxLength: 12 }), (rules, flows) => {
        const matcher = compileRules({ name: "random", rules });
        for (const one of flows) expect(matchFlow(matcher, one)).toBe(naiveMatch(rules, one));
      }),
      { numRuns: 4000 },
    );
  });

  it("agrees on long lists of overlapping names, of every kind at once", () => {
    const part = fc.string({ unit: fc.constantFrom("a", "b", "."), minLength: 1, maxLength: 9 });
    const names = fc.array(fc.tuple(fc.constantFrom("exact", "suffix", "ends-with", "contains"), part), {
      minLength: 200,
      maxLength: 400,
    });
    fc.assert(
      fc.property(names, fc.array(part, { minLength: 50, maxLength: 50 }), (patterns, sent) => {
        const rules = patterns.map(([kind, text], i) => {
          const pattern = { kind, text: kind === "suffix" ? `.${text}` : text } as Rule["names"][number];
          return ruleOf([], { id: `r${i}`, names: [pattern] });
        });
        const matcher = compileRules({ name: "long", rules });
        for (const name of sent)
          expect(matchFlow(matcher, { ...flow, name })).toBe(naiveMatch(rules, { ...flow, name }));
      }),
      { numRuns: 40 },
    );
  });

  it("agrees on texts of every length that lie anywhere in a name", () => {
    const part = (fewest: number, most: number) =>
      fc.string({ unit: fc.constantFrom("a", "b", "c", "."), minLength: fewest, maxLength: most });
    const texts = fc.oneof(part(4, 6), part(7, 10), part(11, 30));
    const list = fc.array(fc.tuple(fc.constantFrom("ends-with", "contains"), texts), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(list, part(0, 12), part(0, 12), part(0, 40), (patterns, before, after, other) => {
        const rules = patterns.map(([kind, text], i) =>
          ruleOf([], { id: `r${i}`, names: [{ kind, text } as Rule["names"][number]] }),
        );
        const matcher = compileRules({ name: "texts", rules });
        for (const name of [other, ...patterns.map(([, text]) => before + text.toUpperCase() + after)])
          expect(matchFlow(matcher, { ...flow, name })).toBe(naiveMatch(rules, { ...flow, name }));
      }),
      { numRuns: 1000 },
    );
  });

  it("lets the first rule in list order win, whatever its kind", () => {
    const kinds = ["reddit.com", "*.com", "*t.com", "*eddi*"];
    for (let turn = 0; turn < kinds.length; turn++) {
      const rules = [...kinds.slice(turn), ...kinds.slice(0, turn)].map((kind) => ruleOf([kind]));
      expect(matchFlow(compileRules({ name: "", rules }), { ...flow, name: "reddit.com" })).toBe(0);
    }
  });

  it("takes a trailing dot for another name, and any case for the same", () => {
    const matcher = compileRules({ name: "", rules: [ruleOf(["t.co"]), ruleOf(["*.twimg.com"])] });
    const names = ["t.co", "T.Co", "t.co.", "at.co", "abs.TWIMG.com", "twimg.com", ".twimg.com", ""];
    expect(names.map((name) => matchFlow(matcher, { ...flow, name }))).toEqual([0, 0, -1, -1, 1, -1, -1, -1]);
  });

  it("finds texts in names of 65,000 bytes, and takes no long name for a short one that it ends with", () => {
    const rules = [ruleOf(["*needle*"]), ruleOf(["*end.org"]), ruleOf(["x.org"])];
    const matcher = compileRules({ name: "", rules });
    const hay = "x".repeat(65_000);
    expect(matchFlow(matcher, { ...flow, name: `${hay}needle${hay}`.slice(0, 65_535) })).toBe(0);
    expect(matchFlow(matcher, { ...flow, name: `${hay}end.org` })).toBe(1);
    expect(matchFlow(matcher, { ...flow, name: `${hay}.org` })).toBe(-1);
  });

  it("matches nothing when it is empty, or when its rules ask for nothing", () => {
    expect(matchFlow(compileRules({ name: "", rules: [] }), { ...flow, name: "t.co" })).toBe(-1);
    expect(matchFlow(compileRules({ name: "", rules: [ruleOf([])] }), { ...flow, name: "t.co" })).toBe(-1);
    expect(matchFlow(compileRules({ name: "", rules: [ruleOf([], { any: true })] }), flow)).toBe(0);
  });

  it("survives names of any bytes", () => {
    const matcher = compileRules({ name: "", rules: [ruleOf(["*t.co*", "*.a", "b", "*c"])] });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const name = String.fromCharCode(...bytes).toLowerCase();
        const found = matcher.match("http", bytes, 0, bytes.length, new Uint8Array(4), 0, 4, 80, 0);
        const expected = name.includes("t.co") || /.\.a$/s.test(name) || name === "b" || name.endsWith("c");
        expect(found).toBe(expected ? 0 : -1);
      }),
    );
  });
});
