import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Problem } from "../base/problem.ts";
import { formatPrefix } from "./address-prefix.ts";
import { LONGEST_LINE_BYTES } from "./byte-lines.ts";
import type { LineReader } from "./line-reader.ts";
import { formatPattern } from "./name-pattern.ts";
import { LIST_CONTENTS, plainListReader } from "./plain-list.ts";
import { REGISTRY_CRITERIA, registryReader } from "./registry.ts";

type Open = (onProblem: (problem: Problem) => void) => LineReader;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(open: Open, input: Uint8Array, chunk = input.length || 1) {
  const problems: string[] = [];
  const reader = open(({ line, reason }) => problems.push(`${line}: ${reason}`));
  for (let at = 0; at < input.length; at += chunk) reader.push(input.subarray(at, at + chunk));
  const { list, counts } = reader.end("list");
  const rules = list.rules.map((rule) => {
    const criteria = [...rule.names.map(formatPattern), ...rule.addresses.map(formatPrefix)];
    return `${rule.id} ${criteria.join(" ")} for ${rule.intent.join(" ")}`.trim();
  });
  return { problems, rules, counts };
}

const plain =
  (contents: (typeof LIST_CONTENTS)[number]): Open =>
  (onProblem) =>
    plainListReader(contents, { kind: "drop" }, onProblem);
const registry =
  (criterion: (typeof REGISTRY_CRITERIA)[number]): Open =>
  (onProblem) =>
    registryReader(criterion, { kind: "drop" }, onProblem);

/** Windows-1251 of ASCII and Russian letters. */
function cyrillic(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => {
    const code = letter.charCodeAt(0);
    return code >= 0x410 && code <= 0x44f ? code - 0x350 : code;
  });
}

describe("a plain list", () => {
  it("has a rule a line, comments and blank lines, and names what is broken", () => {
    const text =
      "# list\n\nt.co\r\n *.TWIMG.com  # images\n*t.co*\nhttp://a.b/\n192.0.2.7/24\n2001:db8::/129\nпример.рф";
    expect(read(plain("names and addresses"), bytes(text))).toEqual({
      rules: [
        "line-3 t.co for t.co",
        "line-4 *.twimg.com for twimg.com",
        "line-5 *t.co* for t.co",
        "line-7 192.0.2.0/24 for",
        // IDNA test name of example.рф, as registries publish it.
        "line-9 xn--e1afmkfd.xn--p1ai for xn--e1afmkfd.xn--p1ai",
      ],
      problems: ["6: 'http://a.b/' is no address", "8: '2001:db8::/129' is longer than 128 bits"],
      counts: { lines: 9, rules: 5, comments: 2, broken: 2, partly: 0 },
    });
  });

  it("of names takes no addresses, and of addresses no names", () => {
    expect(read(plain("names"), bytes("10.0.0.0/8\nt.co")).counts.broken).toBe(1);
    expect(read(plain("addresses"), bytes("10.0.0.0/8\nt.co\n10.1\n010.0.0.1")).problems).toEqual([
      "2: 't.co' is no address",
      "3: '10.1' is no address",
      "4: '010.0.0.1' is no address",
    ]);
  });

  it("refuses patterns that mean nothing here, and says why", () => {
    const patterns = ["*", "**", "a*b", "t.co*", ".twimg.com", "a..b", "*.", "*при*", "a b", "x".repeat(300)];
    const { problems, counts } = read(plain("names"), bytes(patterns.join("\n")));
    expect(counts).toMatchObject({ rules: 0, broken: patterns.length });
    expect(problems[2]).toContain("an asterisk inside");
    expect(problems[4]).toContain("write '*.twimg.com'");
  });

  it("gives up a line that is too long, and reads on", () => {
    const long = `a.b\n${"x".repeat(LONGEST_LINE_BYTES + 1)}\nc.d`;
    const { rules, problems } = read(plain("names"), bytes(long), 70_000);
    expect(rules).toEqual(["line-1 a.b for a.b", "line-3 c.d for c.d"]);
    expect(problems).toEqual(["2: longer than 1048576 bytes"]);
  });
});

describe("the registry's dump", () => {
  const dump = cyrillic(
    [
      "Updated: 2018-04-16 10:00:00 +0000",
      "203.0.113.7 | 203.0.113.8;example.com;http://example.com/page;ФСКН;12-3;2018-01-01",
      "198.51.100.0/24;;;Генпрокуратура;27-31-2018/Ид2971-18;2018-04-16",
      ";*.example.org;;Суд;7;2017-01-01",
      "203.0.113.9;пример.рф;;Суд;8;2017-01-01",
      '203.0.113.10;;"http://a.example/x;y""z | http://b.example:8080/";Суд;9;2017-01-01',
      "not-an-address | 203.0.113.11;;;Суд;10;2017-01-01",
      "nothing at all",
      ";;;Суд;11;2017-01-01",
      ';"never closed;;;;',
      "203.0.113.12;;https://203.0.113.12/;Суд;13;2017-01-01",
    ].join("\n"),
  );

  it("becomes rules by name, and by address where a line names nobody", () => {
    const { rules, counts, problems } = read(registry("name"), dump);
    expect(rules).toEqual([
      "line-2:12-3 example.com for example.com",
      "line-3:27-31-2018/Ид2971-18 198.51.100.0/24 for",
      "line-4:7 *.example.org for example.org",
      "line-5:8 xn--e1afmkfd.xn--p1ai for xn--e1afmkfd.xn--p1ai",
      "line-6:9 a.example b.example for a.example b.example",
      "line-7:10 203.0.113.11 for",
      "line-11:13 203.0.113.12 for",
    ]);
    expect(counts).toEqual({ lines: 11, rules: 7, comments: 1, broken: 3, partly: 1 });
    expect(problems.map((problem) => Number.parseInt(problem, 10))).toEqual([7, 8, 9, 10]);
  });

  it("becomes rules by address, each meant for the names of its line", () => {
    expect(read(registry("address"), dump).rules.slice(0, 3)).toEqual([
      "line-2:12-3 203.0.113.7 203.0.113.8 for example.com",
      "line-3:27-31-2018/Ид2971-18 198.51.100.0/24 for",
      "line-4:7 *.example.org for example.org",
    ]);
  });
});

describe("every list", () => {
  const readers = [...LIST_CONTENTS.map(plain), ...REGISTRY_CRITERIA.map(registry)];
  const pieces = [
    "t.co",
    "*",
    ";",
    "|",
    "\n",
    "\r\n",
    "#",
    '"',
    "1.2.3.4",
    "/8",
    "::1",
    " ",
    "é",
    "\0",
    "http://",
  ];
  const line = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => bytes(parts.join("")));

  it("accounts for every line, whatever it reads and in whatever chunks", () => {
    const input = fc.oneof(line, fc.uint8Array({ maxLength: 300 }));
    fc.assert(
      fc.property(input, fc.integer({ min: 1, max: 50 }), (input, chunk) => {
        // Lines counted by another hand: line feeds, and what follows the last one.
        const feeds = input.filter((byte) => byte === 0x0a).length;
        const lines = feeds + (input.length > 0 && input.at(-1) !== 0x0a ? 1 : 0);
        for (const open of readers) {
          const { counts, problems } = read(open, input, chunk);
          expect(counts.lines).toBe(lines);
          expect(counts.rules + counts.comments + counts.broken).toBe(lines);
          expect(problems.length).toBe(counts.broken + counts.partly);
          expect(read(open, input).rules.length).toBe(counts.rules);
        }
      }),
      { numRuns: 500 },
    );
  });
});
