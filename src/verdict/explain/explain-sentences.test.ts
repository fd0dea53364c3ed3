import { describe, expect, it } from "vitest";
import type { Answer } from "./acted-on.ts";
import { addressSentence, invertedSentence, shapeSentences } from "./explain-sentences.ts";

const HELD: Answer[] = ["yes", "yes"];
const FREE: Answer[] = ["no", "no"];

describe("what is not acted on", () => {
  it("gets past only while the name as it is does not", () => {
    const shapes = new Map([["tcp-split", FREE]]);
    expect(shapeSentences(shapes, HELD)).toEqual(["tcp-split: full speed comes back (acted on in 0 of 2)"]);
    for (const plain of [FREE, ["yes", "no"] as Answer[], []])
      expect(shapeSentences(shapes, plain).join()).toMatch(/^what gets past cannot be told/);
  });

  it("shows what is looked at only while the hello as it is is acted on", () => {
    expect(invertedSentence(FREE, HELD)).toMatch(/: it is the bytes that are looked at$/);
    expect(invertedSentence(FREE, FREE)).toMatch(/as it is, acted on in 0 of 2: cannot be told$/);
    expect(invertedSentence(HELD, FREE)).toMatch(/it is not the bytes$/);
  });

  it("is all that another name at the target's own address can show: servers refuse names of their own accord", () => {
    expect(addressSentence(FREE)).toMatch(/under another name is acted on in 0 of 2$/);
    expect(addressSentence(HELD)).toMatch(/could not be told$/);
    expect(addressSentence([])).not.toContain("another name");
  });
});
