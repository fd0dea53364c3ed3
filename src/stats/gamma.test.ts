import { expect, test } from "vitest";
import { logGamma } from "./gamma.ts";

test("gives the logarithm of factorials", () => {
  expect(logGamma(1)).toBeCloseTo(0, 13);
  expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 12);
  // ln 99!, Abramowitz and Stegun table 6.4
  expect(logGamma(100)).toBeCloseTo(359.1342053695754, 9);
});

test("gives half of ln pi at one half, and 1.0957979948 at 0.3 (Abramowitz and Stegun 6.1)", () => {
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 13);
  expect(logGamma(0.3)).toBeCloseTo(1.0957979948, 9);
});

test("has no value at zero and below", () => {
  expect(logGamma(0)).toBeNaN();
  expect(logGamma(-1.5)).toBeNaN();
});
