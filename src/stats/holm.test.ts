import { expect, test } from "vitest";
import { holmAdjusted } from "./holm.ts";

test("adjusts step by step, in the order given (by hand; as R's p.adjust does)", () => {
  // Sorted 0.005, 0.01, 0.03, 0.04: 4 x 0.005, 3 x 0.01, 2 x 0.03, then never below the one before.
  const adjusted = holmAdjusted([0.01, 0.04, 0.03, 0.005]);
  [0.03, 0.06, 0.06, 0.02].forEach((expected, index) => {
    expect(adjusted[index]).toBeCloseTo(expected, 12);
  });
});

test("stays at or below one, and takes nothing and one test as they are", () => {
  expect(holmAdjusted([0.9, 0.8])).toEqual([1, 1]);
  expect(holmAdjusted([])).toEqual([]);
  expect(holmAdjusted([0.2])).toEqual([0.2]);
});
