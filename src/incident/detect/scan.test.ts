import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bestStretch, type Vote } from "./scan.ts";

const MINUTE_MS = 60_000;
/** "..xx." one vote a minute. */
const votes = (text: string): Vote[] =>
  [...text].map((character, i) => ({ timeMs: i * MINUTE_MS, isTrouble: character === "x" }));

describe("bestStretch", () => {
  it("finds where trouble is frequent, with when it began and ended", () => {
    const stretch = bestStretch(votes(`${".".repeat(30)}${"x".repeat(12)}${".".repeat(30)}`), 0.02)!;
    expect([stretch.first, stretch.last, stretch.troubles]).toEqual([30, 41, 12]);
    expect(stretch.onset).toEqual({ fromMs: 29 * MINUTE_MS, toMs: 30 * MINUTE_MS });
    expect(stretch.end).toEqual({ fromMs: 41 * MINUTE_MS, toMs: 42 * MINUTE_MS });
  });

  it("is the log likelihood ratio of a Bernoulli change, by hand", () => {
    // 12 troubles at a share of 0.9 against 0.02.
    const stretch = bestStretch(votes(`${".".repeat(30)}${"x".repeat(12)}${".".repeat(30)}`), 0.02)!;
    expect(stretch.score).toBeCloseTo(12 * Math.log(0.9 / 0.02), 9);
  });

  it("has no onset where it held from the first vote, and no end where it holds at the last", () => {
    const stretch = bestStretch(votes("x".repeat(20)), 0.02)!;
    expect(stretch.onset).toEqual({ toMs: 0 });
    expect(stretch.end).toBeUndefined();
  });

  it("widens the onset by troubles before it, that may belong to it", () => {
    const stretch = bestStretch(votes(`${".".repeat(30)}x..${"x".repeat(20)}${".".repeat(30)}`), 0.02)!;
    expect(stretch.onset.fromMs).toBeLessThanOrEqual(29 * MINUTE_MS);
    expect(stretch.onset.toMs).toBe(33 * MINUTE_MS);
  });

  it("never scores noise of the usual share as an event", () => {
    const noise = Array.from({ length: 400 }, (_, i) => (i % 50 === 7 ? "x" : ".")).join("");
    expect(bestStretch(votes(noise), 0.02)!.score).toBeLessThan(8);
  });

  it("counts what lies in it, and bounds it by votes, whatever the votes", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (troubles) => {
        const series = troubles.map((isTrouble, i) => ({ timeMs: i * MINUTE_MS, isTrouble }));
        const stretch = bestStretch(series, 0.05);
        if (!stretch) return;
        const inside = series.slice(stretch.first, stretch.last + 1);
        expect(stretch.troubles).toBe(inside.filter(({ isTrouble }) => isTrouble).length);
        expect(inside[0]!.isTrouble && inside.at(-1)!.isTrouble).toBe(true);
        expect(stretch.onset.toMs).toBeGreaterThanOrEqual(stretch.onset.fromMs ?? 0);
        if (stretch.end) expect(stretch.end.toMs).toBeGreaterThan(stretch.end.fromMs!);
      }),
    );
  });
});
