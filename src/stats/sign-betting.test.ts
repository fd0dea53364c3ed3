import { describe, expect, it } from "vitest";
import { seededRandom } from "../base/random.ts";
import { shortestProof, signCapital } from "./sign-betting.ts";

describe("betting on signs", () => {
  it("agrees with the integral where that has a closed form", () => {
    expect(signCapital(0, 0)).toBe(1);
    // Integral of (1 + s)^n over [0, 1] is (2^(n+1) - 1) / (n + 1).
    expect(signCapital(10, 0)).toBeCloseTo(2047 / 11, 10);
    // Of (1 + s)(1 - s) = 1 - s^2: 2/3. Of (1 + s)^2 (1 - s) = 1 + s - s^2 - s^3: 11/12.
    expect(signCapital(1, 1)).toBeCloseTo(2 / 3, 10);
    expect(signCapital(2, 1)).toBeCloseTo(11 / 12, 10);
  });

  it("needs nine successes in a row for 100, six for 16", () => {
    expect(shortestProof(100)).toBe(9);
    expect(shortestProof(16)).toBe(6);
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
