import { expect, test } from "vitest";
import { seededRandom } from "../base/random.ts";
import {
  belongsToNormal,
  fitHiddenNormal,
  type HiddenNormalData,
  hiddenNormalLogLikelihood,
} from "./hidden-normal.ts";

const WIDE = { highestMean: 100, narrowest: 0.01, widest: 10 };

/** Uniform on [0, 20] with `share` of a normal (5, 0.2); no strays. */
function drawn(count: number, share: number): HiddenNormalData {
  const random = seededRandom(5);
  const values = Float64Array.from({ length: count }, () =>
    random.next() < share ? 5 + 0.2 * random.normal() : 20 * random.next(),
  );
  return {
    values,
    weights: new Float64Array(count).fill(1),
    known: new Float64Array(count).fill(1 / 20),
    stray: new Float64Array(count).fill(1 / 20),
    strayShare: 0,
  };
}

test("is the sample's own mean and deviation where nothing else is there", () => {
  const data: HiddenNormalData = {
    values: Float64Array.of(1, 2, 3, 4),
    weights: Float64Array.of(1, 1, 1, 1),
    known: new Float64Array(4),
    stray: new Float64Array(4),
    strayShare: 0,
  };
  const fit = fitHiddenNormal(data, { share: 0.9, mean: 2, deviation: 1 }, WIDE);
  expect(fit.share).toBeCloseTo(1, 6);
  expect(fit.mean).toBeCloseTo(2.5, 6);
  // Maximum likelihood: divided by n. The sum of squares is 5.
  expect(fit.deviation).toBeCloseTo(Math.sqrt(5 / 4), 6);
  // -n/2 (ln(2 pi s^2) + 1)
  expect(hiddenNormalLogLikelihood(data, fit)).toBeCloseTo(-2 * (Math.log(2 * Math.PI * 1.25) + 1), 5);
});

test("finds what was hidden in a uniform crowd", () => {
  const fit = fitHiddenNormal(drawn(20_000, 0.3), { share: 0.5, mean: 6, deviation: 1 }, WIDE);
  // Four standard errors of the draw.
  expect(Math.abs(fit.share - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / 20_000));
  expect(Math.abs(fit.mean - 5)).toBeLessThan((4 * 0.2) / Math.sqrt(6000));
  expect(Math.abs(fit.deviation - 0.2)).toBeLessThan((4 * 0.2) / Math.sqrt(12_000));
});

test("counts a row of weight 2 as two rows, and one of weight 0 not at all", () => {
  const data = drawn(50, 0.5);
  const twice = (values: Float64Array) => Float64Array.of(...values, ...values);
  const start = { share: 0.5, mean: 5.5, deviation: 0.5 };
  const doubled = fitHiddenNormal(
    {
      values: twice(data.values),
      weights: twice(data.weights),
      known: twice(data.known),
      stray: twice(data.stray),
      strayShare: 0,
    },
    start,
    WIDE,
  );
  const heavy = fitHiddenNormal({ ...data, weights: data.weights.map(() => 2) }, start, WIDE);
  expect(heavy.mean).toBeCloseTo(doubled.mean, 9);
  expect(heavy.share).toBeCloseTo(doubled.share, 9);
});

test("does as well with far values summed up", () => {
  const data = drawn(2000, 0.3);
  const start = { share: 0.5, mean: 5.2, deviation: 0.3 };
  const whole = fitHiddenNormal(data, start, WIDE);
  const near = data.values.filter((value) => Math.abs(value - 5) < 4);
  const ones = (value: number) => new Float64Array(near.length).fill(value);
  const summed = fitHiddenNormal(
    {
      values: near,
      weights: ones(1),
      known: ones(1 / 20),
      stray: ones(1 / 20),
      strayShare: 0,
      knownElsewhere: data.values.length - near.length,
    },
    start,
    WIDE,
  );
  expect(summed.mean).toBeCloseTo(whole.mean, 6);
  expect(summed.share).toBeCloseTo(whole.share, 6);
});

test("stays inside its bounds", () => {
  const fit = fitHiddenNormal(
    drawn(2000, 0.5),
    { share: 0.5, mean: 4, deviation: 0.5 },
    { highestMean: 4.5, narrowest: 0.3, widest: 0.4 },
  );
  expect(fit.mean).toBe(4.5);
  expect(fit.deviation).toBe(0.4);
});

test("says of each value how likely it belongs", () => {
  const data = { ...drawn(2, 0), values: Float64Array.of(5, 12) };
  const [at, away] = belongsToNormal(data, { share: 0.5, mean: 5, deviation: 0.2 });
  const top = 0.5 / (0.2 * Math.sqrt(2 * Math.PI));
  expect(at).toBeCloseTo(top / (top + 0.5 / 20), 12);
  expect(away).toBeCloseTo(0, 12);
});

test("without its normal the likelihood is that of the rest", () => {
  expect(hiddenNormalLogLikelihood(drawn(10, 0), { share: 0, mean: 0, deviation: 1 })).toBeCloseTo(
    10 * Math.log(1 / 20),
    10,
  );
});
