import { describe, expect, it } from "vitest";
import { seededRandom } from "../base/random.ts";
import { signCapital } from "./sign-betting.ts";

describe("betting on signs", () => {
  it("agrees with the integral where that has a closed form", () => {
    expect(signCapital(0, 0)).toBeCloseTo(1, 12);
    // Twice the integral over [1/2, 1]. Of (1 + s)^n: (2^(n+1) - 1.5^(n+1)) / (n + 1).
    expect(signCapital(10, 0)).toBeCloseTo((2 * (2 ** 11 - 1.5 ** 11)) / 11, 8);
    expect(signCapital(0, 10)).toBeCloseTo((2 * 0.5 ** 11) / 11, 12);
    // Of (1 + s)(1 - s) = 1 - s^2: 5/12. Of (1 + s)^2 (1 - s) = 1 + s - s^2 - s^3: 67/96.
    expect(signCapital(1, 1)).toBeCloseTo(5 / 12, 10);
    expect(signCapital(2, 1)).toBeCloseTo(67 / 96, 10);
  });

  it("reaches 100 with eight successes in a row, and not with seven", () => {
    expect(signCapital(8, 0)).toBeGreaterThan(100);
    expect(signCapital(7, 0)).toBeLessThan(100);
  });

  it("is fooled by fair coins no more often than promised, however long one looks", () => {
    const random = seededRandom(7);
    let fooled = 0;
    const runs = 400;
    for (let run = 0; run < runs; run++) {
      let successes = 0;
      for (let trial = 1; trial <= 60; trial++) {
        if (random.next() < 0.5) successes++;
        if (signCapital(successes, trial - successes) >= 20) {
          fooled++;
          break;
        }
      }
    }
    // Ville: at most 1 in 20; four standard deviations of chance.
    expect(fooled / runs).toBeLessThan(0.05 + 4 * Math.sqrt((0.05 * 0.95) / runs));
  });
});
