import { expect, it } from "vitest";
import { explainedSeconds, explainTime, pairsBudget, pairsTime } from "./probe-budget.ts";

it("explains within two minutes of the beginning, and for a minute at least after long pairs", () => {
  expect(explainedSeconds(30)).toBe(120);
  expect(30_000 + explainTime(30_000)).toBeLessThanOrEqual(120_000);
  expect(explainedSeconds(300)).toBe(360);
  expect(300_000 + explainTime(300_000)).toBeLessThanOrEqual(360_000);
  expect(explainTime(300_000)).toBeGreaterThan(50_000);
});

it("leaves pairs two seconds however long the look-ups took, and no more than the budget", () => {
  expect([pairsTime(25_000, 30_000), pairsTime(-400, 30_000), pairsTime(-400, 1000)]).toEqual([
    25_000, 2000, 1000,
  ]);
});

it("leaves something to explain with, of a budget that is large enough for both", () => {
  expect([pairsBudget(50e6), pairsBudget(20e6), pairsBudget(5e6)]).toEqual([20e6, 12e6, 5e6]);
});
