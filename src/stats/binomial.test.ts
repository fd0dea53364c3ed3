import fc from "fast-check";
import { expect, test } from "vitest";
import { binomialLogProbability, binomialLowerTail, binomialUpperTail } from "./binomial.ts";

test("counts ten tosses of a fair coin", () => {
  expect(Math.exp(binomialLogProbability(5, 10, 0.5))).toBeCloseTo(252 / 1024, 12);
  expect(binomialUpperTail(8, 10, 0.5)).toBeCloseTo(56 / 1024, 13);
  expect(binomialLowerTail(2, 10, 0.5)).toBeCloseTo(56 / 1024, 13);
});

test("takes certain and impossible outcomes", () => {
  expect(binomialLogProbability(0, 5, 0)).toBeCloseTo(0, 12);
  expect(binomialLogProbability(5, 5, 1)).toBeCloseTo(0, 12);
  expect(binomialUpperTail(0, 5, 0.2)).toBe(1);
  expect(binomialUpperTail(6, 5, 0.2)).toBe(0);
  expect(binomialLowerTail(-1, 5, 0.2)).toBe(0);
  expect(binomialLowerTail(5, 5, 0.2)).toBe(1);
});

test("the two tails meet", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 0, max: 500 }),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      (trials, k, chance) => {
        fc.pre(k <= trials);
        expect(binomialLowerTail(k - 1, trials, chance) + binomialUpperTail(k, trials, chance)).toBeCloseTo(
          1,
          9,
        );
      },
    ),
  );
});
