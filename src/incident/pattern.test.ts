import { describe, expect, it } from "vitest";
import { patternsOf } from "./pattern.ts";

const textsOf = (hit: string[], spared: string[], seldom: string[] = []): string[] =>
  patternsOf(hit, spared, seldom).map(({ text }) => text);

describe("patternsOf", () => {
  it("is *t.co* where reddit.com and microsoft.com are hit with t.co (Xue et al., IMC 2021)", () => {
    const hit = [
      "t.co",
      "reddit.com",
      "microsoft.com",
      "rt.com",
      "twitter.com",
      "throttletwitter.com",
      "abs.twimg.com",
      "pbs.twimg.com",
    ];
    expect(textsOf(hit, ["example.org", "vk.com", "ya.ru"])).toEqual([
      "*t.co*",
      "*twitter.com",
      "*twimg.com",
    ]);
  });

  it("becomes narrower where a name is spared that a wider one would hit", () => {
    expect(textsOf(["t.co", "twitter.com", "throttletwitter.com"], ["reddit.com"])).toEqual([
      "*twitter.com",
      "t.co",
    ]);
  });

  it("claims nothing beyond a single name", () => {
    expect(textsOf(["rutracker.org"], ["vk.com"])).toEqual(["rutracker.org"]);
  });

  it("is not refuted by one name of which little was measured, but by two", () => {
    expect(textsOf(["a.gov.ru", "b.gov.ru"], [], ["c.gov.ru"])).toEqual(["*gov.ru"]);
    expect(textsOf(["a.gov.ru", "b.gov.ru"], [], ["c.gov.ru", "d.gov.ru"])).toEqual(["a.gov.ru", "b.gov.ru"]);
  });
});
