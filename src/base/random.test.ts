import { describe, expect, it } from "vitest";
import { seededRandom } from "./random.ts";

const series = (seed: number, count: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.next());
};
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe("seeded random numbers", () => {
  it("are the same for the same seed, and others for another", () => {
    expect(series(42, 100)).toEqual(series(42, 100));
    expect(series(43, 100)).not.toEqual(series(42, 100));
  });

  it("have the means and spreads of their distributions", () => {
    const random = seededRandom(7);
    const of = (draw: () => number): number[] => Array.from({ length: 100_000 }, draw);
    const uniform = of(random.next);
    expect(Math.min(...uniform.slice(0, 1000))).toBeGreaterThanOrEqual(0);
    expect(mean(uniform)).toBeCloseTo(0.5, 2);
    const normal = of(random.normal);
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(mean(normal.map((value) => value * value))).toBeCloseTo(1, 1);
    expect(mean(of(() => random.exponential(3))) / 3).toBeCloseTo(1, 1);
  });

  it("reach both ends of a range of integers", () => {
    const random = seededRandom(9);
    const drawn = new Set(Array.from({ length: 1000 }, () => random.integer(-2, 2)));
    expect([...drawn].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
    expect(random.integer(5, 5)).toBe(5);
  });

  it("shuffle without loss and pick what is there", () => {
    const random = seededRandom(11);
    const items = [1, 2, 3, 4, 5, 6];
    expect(random.shuffle(items).sort()).toEqual(items);
    expect(items).toContain(random.pick(items));
    expect(random.shuffle([])).toEqual([]);
  });
});
