import { describe, expect, it } from "vitest";
import type { Answer } from "./acted-on.ts";
import { isPastByStillness, lifeSentences, stateLife } from "./state-life.ts";

const both = (answer: Answer): Answer[] => [answer, answer];
const busy = { busySeconds: 900, busy: both("yes") };

describe("how long a box remembers", () => {
  it("lies between the longest stillness that it acted after and the next that it did not", () => {
    const still = new Map([
      [660, both("no")],
      [120, both("yes")],
      [540, both("yes")],
      [900, both("no")],
    ]);
    const life = stateLife({ still, ...busy });
    expect(life).toEqual({ keptSeconds: 540, forgottenSeconds: 660, busySeconds: 900 });
    expect(isPastByStillness({ still, ...busy })).toBe(true);
    expect(lifeSentences({ still, ...busy })[0]).toMatch(/120 s: acted on in 2 of 2; 540 s/);
  });

  it("is not forgotten where a longer stillness was acted on", () => {
    const still = new Map([
      [120, both("no")],
      [540, both("yes")],
    ]);
    const life = stateLife({ still, ...busy });
    expect(life).toEqual({ keptSeconds: 540, busySeconds: 900 });
    expect(isPastByStillness({ still, ...busy })).toBe(false);
  });

  it("is not told by connections that broke or disagree", () => {
    const still = new Map<number, Answer[]>([
      [120, ["yes", "no"]],
      [540, both("unsure")],
    ]);
    const answers = { still, busySeconds: 900, busy: ["yes", "unsure"] as Answer[] };
    expect(stateLife(answers)).toEqual({});
    expect(isPastByStillness(answers)).toBeUndefined();
  });

  it("is not told by a box that acts on nothing any more: busy connections are free as well", () => {
    const still = new Map([120, 300, 540, 660, 900].map((seconds) => [seconds, both("no")]));
    for (const free of [both("no"), both("unsure"), []]) {
      const answers = { still, busySeconds: 900, busy: free };
      expect(stateLife(answers)).toEqual({});
      expect(isPastByStillness(answers)).toBeUndefined();
      expect(lifeSentences(answers)[1]).toMatch(/cannot be told$/);
    }
  });

  it("is at least what was acted on, though nothing longer was told", () => {
    const still = new Map([
      [120, both("yes")],
      [300, both("no")],
      [540, both("unsure")],
    ]);
    const answers = { still, busySeconds: 900, busy: both("no") };
    expect(stateLife(answers)).toEqual({ keptSeconds: 120 });
    expect(isPastByStillness(answers)).toBeUndefined();
  });
});
