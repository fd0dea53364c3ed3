import { describe, expect, it } from "vitest";
import { chanceOfLower } from "./rank-sum.ts";

describe("chanceOfLower", () => {
  it("is one of all orders where everything is lower", () => {
    expect(chanceOfLower([1, 2, 3], [4, 5, 6])).toBeCloseTo(1 / 20, 12);
    expect(chanceOfLower([1, 2], [4, 5])).toBeCloseTo(1 / 6, 12);
  });

  it("keeps the critical values of the tables at one in twenty, one-sided", () => {
    // Mann and Whitney 1947: U = 4 for five and five, 27 for ten and ten.
    const pairs = (u: number, n: number): [number[], number[]] => {
      const upper = Array.from({ length: n }, (_, at) => 10 * at + 10);
      const lower = Array.from({ length: n }, (_, at) => {
        const beaten = Math.min(n, Math.max(0, u - at * n));
        return 10 * beaten + 5;
      });
      return [lower, upper];
    };
    expect(chanceOfLower(...pairs(4, 5))).toBeLessThanOrEqual(0.05);
    expect(chanceOfLower(...pairs(5, 5))).toBeGreaterThan(0.05);
    expect(chanceOfLower(...pairs(27, 10))).toBeLessThanOrEqual(0.05);
    expect(chanceOfLower(...pairs(28, 10))).toBeGreaterThan(0.05);
  });

  it("counts equal values against it, also those that never came, and an empty sample as nothing", () => {
    const never = Number.POSITIVE_INFINITY;
    expect(chanceOfLower([never, never, never], [never, never, never])).toBeCloseTo(1, 12);
    expect(chanceOfLower([], [1])).toBe(1);
  });
});
