import { expect, test } from "vitest";
import { clippedLogRatio, cusumStep } from "./cusum.ts";

test("weighs an outcome by its log likelihood ratio", () => {
  expect(clippedLogRatio(true, 0.5, 0.05, 3)).toBeCloseTo(Math.log(0.1), 12);
  expect(clippedLogRatio(false, 0.5, 0.05, 3)).toBeCloseTo(Math.log(0.95 / 0.5), 12);
});

test("lets no single outcome count for more than the clip", () => {
  // ln(0.903 / 0.03) = 3.404
  expect(clippedLogRatio(false, 0.97, 0.097, 3)).toBe(3);
  expect(clippedLogRatio(true, 0.97, 0.000_97, 3)).toBe(-3);
});

test("adds up and never falls below zero", () => {
  expect([1, -3, 2, 0.5].reduce((sum, step) => cusumStep(sum, step), 0)).toBe(2.5);
});
