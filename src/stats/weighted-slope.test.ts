import { expect, test } from "vitest";
import { weightedSlope } from "./weighted-slope.ts";

test("equals the slope of a table in which rows of weight 2 stand twice", () => {
  // (0,0), (1,1) twice, (2,0): means 1 and 1/2; xy = (-1)(-1/2) + 2 (0)(1/2) + (1)(-1/2) = 0.
  expect(weightedSlope([0, 1, 2], [0, 1, 0], [1, 2, 1])).toBeCloseTo(0, 12);
  // (0,0), (3,3), (3,0) twice: means 9/4 and 3/4; xx = 27 - 4 (9/4)^2 = 27/4; xy = 9 - 4 (9/4)(3/4) = 9/4.
  expect(weightedSlope([0, 3, 3], [0, 3, 0], [1, 1, 2])).toBeCloseTo(1 / 3, 12);
});

test("leaves out rows without weight, and has no slope without spread", () => {
  expect(weightedSlope([0, 1, 50], [1, 3, -7], [1, 1, 0])).toBeCloseTo(2, 12);
  expect(weightedSlope([4, 4], [1, 2], [1, 1])).toBeUndefined();
  expect(weightedSlope([1, 2], [1, 2], [0, 0])).toBeUndefined();
  expect(weightedSlope([], [], [])).toBeUndefined();
});
