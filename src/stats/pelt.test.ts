import fc from "fast-check";
import { expect, test } from "vitest";
import { peltChanges } from "./pelt.ts";

function prefix(outcomes: readonly number[]): number[] {
  const sums = [0];
  for (const outcome of outcomes) sums.push(sums.at(-1)! + outcome);
  return sums;
}

const repeated = (outcome: number, times: number): number[] => new Array<number>(times).fill(outcome);

/** From the definition: -2 ln likelihood of k successes among n at the share k / n. */
function segmentCost(successes: number, trials: number): number {
  const part = (count: number) => (count > 0 ? count * Math.log(count / trials) : 0);
  return -2 * (part(successes) + part(trials - successes));
}

test("asks for more than the penalty: 0 0 0 1 1 1 gains 12 ln 2", () => {
  const series = prefix([0, 0, 0, 1, 1, 1]);
  expect(peltChanges(series, 12 * Math.log(2) - 0.001, 3)).toEqual([3]);
  expect(peltChanges(series, 12 * Math.log(2) + 0.001, 3)).toEqual([]);
});

test("finds changes where they are, and none where there are none", () => {
  const series = prefix([...repeated(1, 30), ...repeated(0, 25), ...repeated(1, 10)]);
  expect(peltChanges(series, 3 * Math.log(65), 3)).toEqual([30, 55]);
  expect(peltChanges(prefix(repeated(1, 50)), 3 * Math.log(50), 3)).toEqual([]);
  expect(peltChanges(prefix([1, 0, 1, 0, 1, 0, 1, 0, 1, 0]), 3 * Math.log(10), 3)).toEqual([]);
  expect(peltChanges([0, 1, 1], 0.1, 3)).toEqual([]);
});

/** Least cost over all segmentations, by trying each. */
function leastCost(outcomes: readonly number[], penalty: number, least: number): number {
  const sums = prefix(outcomes);
  const from = (start: number): number => {
    let best = segmentCost(sums.at(-1)! - sums[start]!, outcomes.length - start);
    for (let end = start + least; end <= outcomes.length - least; end++)
      best = Math.min(best, segmentCost(sums[end]! - sums[start]!, end - start) + penalty + from(end));
    return best;
  };
  return from(0);
}

test("is as good as the best of all segmentations, whatever the series", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 18 }),
      fc.double({ min: 0.01, max: 8, noNaN: true }),
      fc.integer({ min: 1, max: 4 }),
      (outcomes, penalty, least) => {
        const sums = prefix(outcomes);
        const borders = [0, ...peltChanges(sums, penalty, least), outcomes.length];
        let cost = -penalty;
        for (let i = 1; i < borders.length; i++) {
          const [start, end] = [borders[i - 1]!, borders[i]!];
          if (borders.length > 2) expect(end - start).toBeGreaterThanOrEqual(least);
          cost += segmentCost(sums[end]! - sums[start]!, end - start) + penalty;
        }
        expect(cost).toBeCloseTo(leastCost(outcomes, penalty, least), 8);
      },
    ),
    { numRuns: 300 },
  );
});
