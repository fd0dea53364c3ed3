import { describe, expect, it } from "vitest";
import { seededRandom } from "../base/random.ts";
import { sizeCapital } from "./size-betting.ts";

const repeat = (count: number, difference: number): number[] =>
  Array.from({ length: count }, () => difference);

describe("betting on signs by size", () => {
  it("is fair: the capital's mean over both signs of each difference is one", () => {
    const sizes = [0.05, 0.3, 0.9, 2];
    let sum = 0;
    for (let signs = 0; signs < 16; signs++)
      sum += sizeCapital(sizes.map((size, index) => ((signs >> index) & 1 ? size : -size)));
    expect(sum / 16).toBeCloseTo(1, 12);
  });

  it("wins by large differences, and loses little by a small one that goes the other way", () => {
    const large = repeat(12, 0.6);
    expect(sizeCapital(large)).toBeGreaterThan(1000);
    expect(sizeCapital([...large, -0.05])).toBeGreaterThan(0.6 * sizeCapital(large));
    expect(sizeCapital([...large, -0.6])).toBeLessThan(0.3 * sizeCapital(large));
  });

  it("is moved by nothing where nothing differs, and stays finite where one moved nothing at all", () => {
    expect(sizeCapital(repeat(40, 0))).toBe(1);
    expect(sizeCapital([Number.POSITIVE_INFINITY])).toBeCloseTo(1.95, 12);
    expect(sizeCapital([Number.NEGATIVE_INFINITY])).toBeCloseTo(0.05, 12);
  });

  it("is fooled by differences that have no side no more often than promised, however long one looks", () => {
    const random = seededRandom(11);
    let fooled = 0;
    const runs = 400;
    for (let run = 0; run < runs; run++) {
      const seen: number[] = [];
      for (let trial = 0; trial < 40; trial++) {
        // Heavy tails, as speeds have: a ratio of two exponential draws.
        seen.push(
          Math.log(random.next()) / Math.log(random.next()) -
            Math.log(random.next()) / Math.log(random.next()),
        );
        if (sizeCapital(seen) >= 20) {
          fooled++;
          break;
        }
      }
    }
    // Ville: at most 1 in 20; four standard deviations of chance.
    expect(fooled / runs).toBeLessThan(0.05 + 4 * Math.sqrt((0.05 * 0.95) / runs));
  });
});
