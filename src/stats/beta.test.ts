import fc from "fast-check";
import { expect, test } from "vitest";
import { betaCumulative, betaQuantile, jeffreysInterval } from "./beta.ts";

test("is the line for Beta(1, 1) and the arcsine law for Beta(1/2, 1/2)", () => {
  expect(betaCumulative(0.37, 1, 1)).toBeCloseTo(0.37, 13);
  expect(betaCumulative(0.25, 0.5, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(Math.sqrt(0.25)), 13);
});

test("gives the polynomial for whole shapes", () => {
  // Beta(2, 3): 6x^2 - 8x^3 + 3x^4
  const x = 0.4;
  expect(betaCumulative(x, 2, 3)).toBeCloseTo(6 * x ** 2 - 8 * x ** 3 + 3 * x ** 4, 13);
});

test("the quantile undoes the cumulative probability", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      fc.double({ min: 0.5, max: 400, noNaN: true }),
      fc.double({ min: 0.5, max: 400, noNaN: true }),
      (p, a, b) => {
        expect(betaCumulative(betaQuantile(p, a, b), a, b)).toBeCloseTo(p, 9);
      },
    ),
  );
});

test("Jeffreys' interval gives the published limits (Brown, Cai and DasGupta 2001, table 5, n = 7)", () => {
  const published = [
    [0, 0, 0.292],
    [1, 0.016, 0.501],
    [2, 0.065, 0.648],
    [3, 0.139, 0.766],
  ] as const;
  for (const [k, low, high] of published) {
    const interval = jeffreysInterval(k, 7);
    // The table prints three digits.
    expect(Math.abs(interval.low - low)).toBeLessThan(0.001);
    expect(Math.abs(interval.high - high)).toBeLessThan(0.001);
  }
});

test("Jeffreys' interval reaches the ends and is the same seen from the other side", () => {
  expect(jeffreysInterval(0, 12).low).toBe(0);
  expect(jeffreysInterval(12, 12).high).toBe(1);
  expect(jeffreysInterval(9, 12).high).toBeCloseTo(1 - jeffreysInterval(3, 12).low, 12);
});
