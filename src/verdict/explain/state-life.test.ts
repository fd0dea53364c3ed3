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
    expect(isPastByStillness(life)).toBe(true);
    expect(lifeSentences({ still, ...busy })[0]).toMatch(/120 s: acted on in 2 of 2; 540 s/);
  });

  it("is not forgotten where a longer stillness was acted on", () => {
    const still = new Map([
      [120, both("no")],
      [540, both("yes")],
    ]);
    const life = stateLife({ still, ...busy });
    expect(life).toEqual({ keptSeconds: 540, busySeconds: 900 });
    expect(isPastByStillness(life)).toBe(false);
  });

  it("is not told by connections that broke or disagree", () => {
    const still = new Map<number, Answer[]>([
      [120, ["yes", "no"]],
      [540, both("unsure")],
    ]);
    const life = stateLife({ still, busySeconds: 900, busy: ["yes", "unsure"] });
    expect(life).toEqual({});
    expect(isPastByStillness(life)).toBeUndefined();
  });
});
