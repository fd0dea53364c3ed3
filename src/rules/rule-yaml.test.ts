import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { naiveMatch } from "../../test/rules/naive-matcher.ts";
import { randomRules } from "../../test/rules/random-rules.ts";
import type { Action } from "./action.ts";
import { emitRules } from "./emit.ts";
import { isRuleJson, readRuleJson } from "./rule-json.ts";
import { readRuleYaml } from "./rule-yaml.ts";

const problemsOf = (text: string): string[] =>
  readRuleYaml(text, "").problems.map(({ line, reason }) => `${line}: ${reason}`);

describe("a YAML rule list", () => {
  it("gives every field its meaning, with units and defaults", () => {
    const { list, problems } = readRuleYaml(
      [
        "name: mine",
        "rules:",
        "  - id: all",
        "    for: [twitter.com]",
        '    names: ["*t.co*", WWW.Twitter.com]',
        "    addresses: [192.0.2.77/24, 2001:db8::1]",
        "    ports: [443, 8000-8080]",
        "    protocols: [tls, quic]",
        "    from: 2021-03-10T10:00:00+03:00",
        "    until: 2021-04-02",
        "    action: { kind: police, rate: 146 kbit/s }",
        "    taint: 90 s",
        "  - id: every",
        "    any: true",
        "    action: drop",
      ].join("\n"),
      "file",
    );
    expect(problems).toEqual([]);
    expect(list.name).toBe("mine");
    expect(list.rules[0]).toEqual({
      id: "all",
      names: [
        { kind: "contains", text: "t.co" },
        { kind: "exact", text: "www.twitter.com" },
      ],
      addresses: [
        { version: 4, bytes: Uint8Array.of(192, 0, 2, 0), bits: 24 },
        { version: 6, bytes: Uint8Array.of(32, 1, 13, 184, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), bits: 128 },
      ],
      ports: [
        { low: 443, high: 443 },
        { low: 8000, high: 8080 },
      ],
      protocols: ["tls", "quic"],
      any: false,
      fromMs: Date.UTC(2021, 2, 10, 7),
      untilMs: Date.UTC(2021, 3, 2),
      intent: ["twitter.com"],
      action: { kind: "police", rateBps: 146_000, burstBytes: 16_000, scope: "flow", directions: "both" },
      taintMs: 90_000,
      line: 3,
    });
    expect(list.rules[1]).toMatchObject({ id: "every", any: true, intent: [], action: { kind: "drop" } });
  });

  it.each<[string, Action]>([
    [
      "{ kind: shape, rate: 130 kbit/s, burst: 6 kB, queue: 64 kB, scope: client, directions: up }",
      { kind: "shape", rateBps: 130e3, burstBytes: 6e3, queueBytes: 64e3, scope: "client", directions: "up" },
    ],
    ["{ kind: drop-after, packets: 5-8 }", { kind: "drop-after", packets: [5, 8] }],
    ["reset", { kind: "reset" }],
    ["{ kind: freeze, bytes: 15-20 kB }", { kind: "freeze", bytes: [15_000, 20_000] }],
    ["{ kind: delay-handshake, delay: 3-5 s }", { kind: "delay-handshake", delayMs: [3000, 5000] }],
    ["{ kind: page, body: Blocked }", { kind: "page", status: 403, body: "Blocked" }],
  ])("reads the action %s", (text, action) => {
    const { list, problems } = readRuleYaml(`rules: [{ id: a, any: true, action: ${text} }]`, "");
    expect(problems).toEqual([]);
    expect(list.rules[0]?.action).toEqual(action);
  });

  it("names each wrong thing with its line, and reads the other rules", () => {
    const text = [
      "action: drop",
      "rules:",
      "  - id: good",
      "    names: t.co",
      "  - id: two-faults",
      "    names: [http://t.co]",
      "    ports: 70000",
      "  - id: good",
      "    names: twitter.com",
      "  - id: typo",
      "    name: t.co",
      "  - id: backwards",
      "    any: true",
      "    from: 2021-04-02",
      "    until: 2021-03-10",
      "  - id: zoneless",
      "    any: true",
      "    from: 2021-03-10T07:00",
      "  - id: unit",
      "    any: true",
      "    action:",
      "      kind: police",
      "      rate: 146",
    ].join("\n");
    expect(readRuleYaml(text, "").list.rules.map(({ id }) => id)).toEqual(["good"]);
    const problems = problemsOf(text);
    const lines = problems.map((problem) => Number.parseInt(problem, 10));
    expect(lines).toEqual([6, 7, 8, 11, 10, 12, 18, 23]);
    expect(problems[7]).toBe("23: rule 'unit', action: 'rate': '146' has no unit: write it as in 146 kbit/s");
  });

  it("says what is wrong with the YAML itself, and with names whose asterisk is taken for an alias", () => {
    expect(problemsOf("rules:\n  - id: [a")[0]).toMatch(/^2: /);
    expect(problemsOf("rules:\n  - id: a\n    names: *twitter.com")[0]).toMatch(/^3: /);
    expect(problemsOf("")).toEqual(["undefined: the file is empty"]);
    expect(problemsOf("- a")[0]).toContain("'rules'");
  });

  it("stops at bombs: nesting, aliases, size", () => {
    const deep = `rules: ${"[".repeat(100_000)}`;
    const dashes = `rules:\n  ${"- ".repeat(100_000)}`;
    const indents = `${Array.from({ length: 1000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")}`;
    const laughs = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (let i = 1; i < 9; i++) {
      const [name, before] = [i, i - 1].map((n) => String.fromCharCode(97 + n));
      laughs.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(",")}]`);
    }
    const itself = "rules: &r [*r]";
    const long = `rules: ${" ".repeat(1 << 20)}[]`;
    for (const text of [deep, dashes, indents, laughs.join("\n"), itself, long]) {
      expect(problemsOf(text)).toHaveLength(1);
      expect(readRuleYaml(text, "").list.rules).toEqual([]);
    }
  });

  it("never throws, whatever the text", () => {
    const words = [
      "rules:",
      "id:",
      "names:",
      "\n",
      "  ",
      "- ",
      "*a",
      "&a",
      "{",
      "}",
      "[",
      "]",
      ",",
      '"',
      "'",
      "!!x",
    ];
    const more = ["action:", "drop", ":", "? ", "| ", "> ", "%", "@", "\t", "#", "---", "é", "\0", "1e999"];
    const text = fc.array(fc.constantFrom(...words, ...more), { maxLength: 40 });
    fc.assert(
      fc.property(
        fc.oneof(
          text.map((parts) => parts.join("")),
          fc.string({ maxLength: 200 }),
        ),
        (broken) => {
          readRuleYaml(broken, "");
          readRuleJson(broken, "");
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("canonical JSON", () => {
  it("is read as the list that was written", () => {
    fc.assert(
      fc.property(randomRules, fc.string({ maxLength: 20 }), (rules, name) => {
        // Texts that no file could hold (empty labels, bare dots) are outside the form.
        const writable = rules.filter((rule) =>
          rule.names.every(
            ({ kind, text }) =>
              !text.includes("..") &&
              text !== "." &&
              (kind === "suffix" || !text.startsWith(".") || kind === "contains"),
          ),
        );
        const written = emitRules({ name, rules: writable });
        expect(isRuleJson(written)).toBe(true);
        expect(readRuleJson(written, "")).toEqual({ list: { name, rules: writable }, problems: [] });
        expect(emitRules(readRuleJson(written, "").list)).toBe(written);
      }),
    );
  });

  it("keeps every action", () => {
    const { list } = readRuleYaml(
      "rules:\n- {id: a, any: true, action: {kind: page, body: x, location: 'http://a.b/'}}\n" +
        "- {id: b, any: true, action: {kind: delay-handshake, delay: 0.3 ms}}\n" +
        "- {id: c, any: true, taint: 1 h, action: {kind: shape, rate: 1 kbit/s, queue: 1 kB}}",
      "three",
    );
    const read = readRuleJson(emitRules(list), "").list.rules;
    expect(read).toEqual(list.rules.map(({ line: _, ...rule }) => rule));
  });

  it("refuses what it would not have written", () => {
    const rule = {
      id: "a",
      names: ["t.co"],
      addresses: [],
      ports: [],
      protocols: [],
      any: false,
      intent: [],
    };
    const text = (more: object): string =>
      JSON.stringify({
        format: "brakelight-rules",
        version: 1,
        name: "",
        rules: [{ ...rule, action: { kind: "drop" }, ...more }],
      });
    expect(readRuleJson(text({}), "").problems).toEqual([]);
    for (const more of [
      { extra: 1 },
      { ports: ["70000"] },
      { names: ["a b"] },
      { action: { kind: "explode" } },
    ])
      expect(readRuleJson(text(more), "").problems).toHaveLength(1);
  });
});

describe("the lists of Twitter, 2021", () => {
  const file = new URL("../../scenarios/rules/twitter-2021.yaml", import.meta.url);
  const { list, problems } = readRuleYaml(readFileSync(file, "utf8"), "");
  const hits = (time: string, name: string): boolean =>
    naiveMatch(list.rules, {
      protocol: "tls",
      name,
      address: "192.0.2.1",
      port: 443,
      timeMs: Date.parse(time),
    }) >= 0;

  // Xue et al., IMC 2021, and the report of 6 April 2021: rules by date.
  it.each([
    ["2021-03-10T06:59:59Z", [], ["t.co", "twitter.com", "abs.twimg.com", "reddit.com"]],
    [
      "2021-03-10T07:00:00Z",
      [
        "t.co",
        "twitter.com",
        "abs.twimg.com",
        "reddit.com",
        "microsoft.com",
        "rt.com",
        "githubusercontent.com",
      ],
      ["twimg.com", "example.org"],
    ],
    [
      "2021-03-11T08:00:00Z",
      ["t.co", "twitter.com", "api.twitter.com", "throttletwitter.com", "pbs.twimg.com"],
      ["reddit.com", "microsoft.com", "rt.com", "githubusercontent.com", "twitter.com."],
    ],
    [
      "2021-04-02T00:00:00Z",
      ["t.co", "twitter.com", "www.twitter.com", "api.twitter.com", "abs.twimg.com"],
      ["throttletwitter.com", "mobile.twitter.com", "reddit.com", "t.co."],
    ],
  ])("hit at %s what was seen to be hit", (time, hit, spared) => {
    expect(problems).toEqual([]);
    for (const name of hit) expect([name, hits(time, name)]).toEqual([name, true]);
    for (const name of spared) expect([name, hits(time, name)]).toEqual([name, false]);
  });
});
