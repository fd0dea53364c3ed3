import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Answer } from "./acted-on.ts";
import { type HopAnswer, smallestHop } from "./smallest-hop.ts";

/** One letter a TTL from 1 on: y, n or u. */
function answers(text: string): HopAnswer[] {
  const words: Record<string, Answer> = { y: "yes", n: "no", u: "unsure" };
  return [...text].map((letter, index) => ({ hopLimit: index + 1, answer: words[letter]! }));
}

describe("the smallest TTL that acts", () => {
  it("is the first that does, when all before let pass and all after do not", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 5 }), (hop, beyond) => {
        const text = "n".repeat(hop - 1) + "y".repeat(12 - hop - Math.min(beyond, 12 - hop)).padEnd(1, "y");
        expect(smallestHop(answers(text.padEnd(12, "u")))).toEqual({ hop, doubtful: [] });
      }),
    );
  });

  it("is not named where the hop before is not known, and asks for it", () => {
    expect(smallestHop(answers("nnuyyy"))).toEqual({ doubtful: [3] });
    expect(smallestHop([...answers("nnuyyy"), { hopLimit: 3, answer: "no" }])).toEqual({
      hop: 4,
      doubtful: [],
    });
    expect(smallestHop([...answers("nnuyyy"), { hopLimit: 3, answer: "yes" }])).toMatchObject({ hop: 3 });
  });

  it("is not named while answers contradict each other, and asks for both again", () => {
    expect(smallestHop(answers("nynyyy"))).toEqual({ doubtful: [3, 2] });
    const settled: HopAnswer[] = [
      { hopLimit: 2, answer: "no" },
      { hopLimit: 2, answer: "no" },
    ];
    expect(smallestHop([...answers("nynyyy"), ...settled])).toMatchObject({ hop: 4 });
  });

  it("is nowhere when nothing acts", () => {
    expect(smallestHop(answers("nnnnnn"))).toEqual({ doubtful: [] });
    expect(smallestHop([])).toEqual({ doubtful: [] });
  });
});
