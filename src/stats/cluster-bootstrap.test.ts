import { expect, test } from "vitest";
import { seededRandom } from "../base/random.ts";
import { bootstrapByCluster } from "./cluster-bootstrap.ts";

test("draws as many clusters as there are, every time", () => {
  bootstrapByCluster(7, 50, seededRandom(1), (times) => {
    expect(times.reduce((sum, count) => sum + count, 0)).toBe(7);
    return 0;
  });
});

test("finds the interval of a mean that theory gives", () => {
  // Means of the clusters 0 ... 99 drawn with replacement: deviation sqrt((100^2 - 1) / 12 / 100) = 2.8865.
  const interval = bootstrapByCluster(100, 4000, seededRandom(2), (times) => {
    let sum = 0;
    times.forEach((count, value) => {
      sum += count * value;
    });
    return sum / 100;
  });
  expect(Math.abs(interval!.low - (49.5 - 1.96 * 2.8865))).toBeLessThan(0.4);
  expect(Math.abs(interval!.high - (49.5 + 1.96 * 2.8865))).toBeLessThan(0.4);
});

test("leaves out what has no value, and has no interval of nothing", () => {
  expect(bootstrapByCluster(0, 10, seededRandom(3), () => 1)).toBeUndefined();
  expect(bootstrapByCluster(3, 10, seededRandom(3), () => Number.NaN)).toBeUndefined();
  expect(bootstrapByCluster(3, 10, seededRandom(3), () => 4)).toEqual({ low: 4, high: 4 });
});
