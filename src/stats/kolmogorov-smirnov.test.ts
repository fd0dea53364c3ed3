import { expect, it } from "vitest";
import { compareSamples } from "./kolmogorov-smirnov.ts";

it("tells samples of one distribution from those of two", () => {
  const low = Array.from({ length: 200 }, (_, i) => i);
  expect(compareSamples(low, low)).toEqual({ distance: 0, chance: 1 });
  const high = low.map((value) => value + 60);
  expect(compareSamples(low, high).distance).toBeCloseTo(0.3, 2);
  expect(compareSamples(low, high).chance).toBeLessThan(1e-6);
});
