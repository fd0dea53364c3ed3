import { expect, test } from "vitest";
import { normalCumulative, normalLogDensity, normalQuantile } from "./normal.ts";

test("gives the published probabilities (Abramowitz and Stegun, tables 26.1 and 26.2)", () => {
  expect(normalCumulative(0)).toBeCloseTo(0.5, 15);
  expect(normalCumulative(1)).toBeCloseTo(0.841344746068543, 13);
  expect(normalCumulative(1.96)).toBeCloseTo(0.97500210485178, 13);
  expect(normalCumulative(-3)).toBeCloseTo(0.00134989803163, 13);
  expect(normalCumulative(-5) / 2.866515719e-7).toBeCloseTo(1, 8);
});

test("meets itself where series and fraction change places", () => {
  const border = 2.5 * Math.SQRT2;
  expect(normalCumulative(border + 1e-9)).toBeCloseTo(normalCumulative(border - 1e-9), 11);
});

test("the quantile of 97.5 % is 1.959964", () => {
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 10);
  expect(normalQuantile(0.025, 10, 2)).toBeCloseTo(10 - 2 * 1.959963984540054, 9);
  expect(normalQuantile(0)).toBeNaN();
});

test("the density integrates the deviation", () => {
  expect(normalLogDensity(0)).toBeCloseTo(Math.log(0.3989422804014327), 14);
  expect(normalLogDensity(3, 1, 2)).toBeCloseTo(Math.log(0.24197072451914337 / 2), 13);
});
