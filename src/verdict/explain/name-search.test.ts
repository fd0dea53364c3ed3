import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../base/random.ts";
import type { Answer } from "./acted-on.ts";
import { MOST_NAME_QUESTIONS, type NameFinding, searchName } from "./name-search.ts";

const NEUTRAL = "jkqvz.org";

/** How the texts that a rule list writes match, told apart from what searches for them. */
function matches(pattern: string, name: string): boolean {
  return pattern.split(", ").some((one) => {
    const source = one.replaceAll(".", "\\.").replaceAll("*", ".*");
    // An asterisk before a dot stands for at least one letter.
    return new RegExp(`^${source.replace(/^\.\*\\\./, ".+\\.")}$`).test(name);
  });
}

function isHostName(name: string): boolean {
  return name.length <= 253 && name.split(".").every((label) => /^[a-z0-9_-]{1,63}$/.test(label));
}

function search(
  name: string,
  patterns: readonly string[],
  seed: number,
  answer = (truth: boolean): Answer => (truth ? "yes" : "no"),
): NameFinding & { asked: number } {
  const running = searchName(name, NEUTRAL, seededRandom(seed));
  let asked = 0;
  let step = running.next();
  while (!step.done) {
    for (const one of step.value) if (!isHostName(one)) throw new Error(`${one} is no host name`);
    asked += step.value.length;
    step = running.next(step.value.map((one) => answer(patterns.some((pattern) => matches(pattern, one)))));
  }
  return { ...step.value, asked };
}

const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,14}[a-z0-9]$|^[a-z]$/);
const name = fc.array(label, { minLength: 2, maxLength: 5 }).map((labels) => labels.join("."));
/** A name and one pattern that takes it, of each kind. */
const ruled = fc
  .tuple(name, fc.constantFrom("exact", "domain", "below", "ends", "contains", "starts"), fc.nat(), fc.nat())
  .chain(([text, kind, one, two]) => {
    const cuts = [one % text.length, two % text.length].sort((a, b) => a - b) as [number, number];
    const [from, to] = [cuts[0], cuts[1] + 1];
    const labels = text.split(".");
    const parent = labels.slice(1 + (one % (labels.length - 1))).join(".");
    const patterns: Record<string, string> = {
      exact: text,
      domain: two % 2 ? `${text}, *.${text}` : `${parent}, *.${parent}`,
      below: `*.${parent}`,
      ends: `*${text.slice(from)}`,
      contains: `*${text.slice(from, to)}*`,
      starts: `${text.slice(0, to)}*`,
    };
    return fc.constant({ text, pattern: patterns[kind]! });
  });

describe("searching for the pattern of a name", () => {
  it.each([
    ["t.co", ["*t.co*"], "*t.co*"],
    ["reddit.com", ["*t.co*", "*twitter.com", "*.twimg.com"], "*t.co*"],
    ["t.co", ["t.co", "*twitter.com"], "t.co"],
    ["throttletwitter.com", ["t.co", "*twitter.com"], "*twitter.com"],
    ["twitter.com", ["twitter.com", "www.twitter.com", "api.twitter.com"], "twitter.com"],
    ["abs.twimg.com", ["*.twimg.com"], "*.twimg.com"],
    ["abs.twimg.com", ["twimg.com", "*.twimg.com"], "twimg.com, *.twimg.com"],
    ["rr1---sn-abc.googlevideo.com", ["*.googlevideo.com"], "*.googlevideo.com"],
  ])("of %s under %j it is %s", (text, rules, pattern) => {
    for (let seed = 0; seed < 20; seed++) expect(search(text, rules, seed)).toMatchObject({ pattern });
  });

  it("finds the pattern of any kind of rule, with at most 40 connections", () => {
    fc.assert(
      fc.property(ruled, fc.nat(), ({ text, pattern }, seed) => {
        // What the neutral name falls under is no rule for this name.
        fc.pre(!matches(pattern, NEUTRAL));
        const { pattern: found, asked, connections } = search(text, [pattern], seed);
        expect(asked).toBe(connections);
        expect(asked).toBeLessThanOrEqual(MOST_NAME_QUESTIONS);
        expect(found).toBe(pattern);
      }),
      { numRuns: 3000 },
    );
  });

  it("stays within 40 connections for the longest names", () => {
    const long = `${"abcdefghij".repeat(5)}.${"klmnopqrst".repeat(5)}.${"abcdefghij".repeat(5)}.${"u".repeat(50)}.com`;
    for (let from = 0; from < 200; from += 7) {
      const core = `${long.slice(from, from + 9)}`;
      const { pattern, asked } = search(long, [`*${core}*`], from);
      expect(asked).toBeLessThanOrEqual(MOST_NAME_QUESTIONS);
      expect(long.slice(long.lastIndexOf(core))).toContain(pattern!.slice(1, -1));
    }
  });

  it("names no wrong pattern when connections stay unsure, and seldom when answers are wrong", () => {
    let [right, wrong, none] = [0, 0, 0];
    fc.assert(
      fc.property(ruled, fc.nat(), ({ text, pattern }, seed) => {
        fc.pre(!matches(pattern, NEUTRAL));
        const random = seededRandom(seed);
        const unsure = search(text, [pattern], seed, (truth) =>
          random.next() < 0.1 ? "unsure" : truth ? "yes" : "no",
        );
        expect(unsure.asked).toBeLessThanOrEqual(MOST_NAME_QUESTIONS);
        if (unsure.pattern !== undefined) expect(unsure.pattern).toBe(pattern);
        const { pattern: found, asked } = search(text, [pattern], seed, (truth) =>
          truth !== random.next() < 0.01 ? "yes" : "no",
        );
        expect(asked).toBeLessThanOrEqual(MOST_NAME_QUESTIONS);
        if (found === pattern) right++;
        else if (found === undefined) none++;
        else wrong++;
      }),
      { numRuns: 2000, seed: 5 },
    );
    expect(wrong / (right + wrong + none)).toBeLessThan(0.005);
    expect(right / (right + wrong + none)).toBeGreaterThan(0.9);
  });

  it("names none when the name is not acted on, or every name is", () => {
    expect(search("twitter.com", ["t.co"], 1)).not.toHaveProperty("pattern");
    const all = search("twitter.com", ["*o*"], 1);
    expect(all.pattern).toBeUndefined();
    expect(all.evidence[0]).toMatch(/acted on as well/);
  });
});
