import { expect, test } from "vitest";
import { changePosterior, credibleRange, JeffreysMarginal } from "./change-posterior.ts";

function prefix(outcomes: readonly number[]): number[] {
  const sums = [0];
  for (const outcome of outcomes) sums.push(sums.at(-1)! + outcome);
  return sums;
}

const repeated = (outcome: number, times: number): number[] => new Array<number>(times).fill(outcome);

test("gives the closed marginals of Jeffreys' prior", () => {
  // B(k + 1/2, n - k + 1/2) / pi: 1/2 for one outcome; 3/8, 1/8 for two; 63/256 for five of five.
  const marginal = new JeffreysMarginal();
  expect(Math.exp(marginal.logProbability(0, 0))).toBeCloseTo(1, 12);
  expect(Math.exp(marginal.logProbability(1, 1))).toBeCloseTo(1 / 2, 12);
  expect(Math.exp(marginal.logProbability(2, 2))).toBeCloseTo(3 / 8, 12);
  expect(Math.exp(marginal.logProbability(1, 2))).toBeCloseTo(1 / 8, 12);
  expect(Math.exp(marginal.logProbability(5, 5))).toBeCloseTo(63 / 256, 12);
});

test("weighs one change against none as by hand", () => {
  // 1 1 0 0, two on each side: one place. Change (3/8)^2, none B(5/2, 5/2)/pi = 3/128; ratio 6; odds 6 x 1/9.
  const posterior = changePosterior(prefix([1, 1, 0, 0]), 0.1, 2, new JeffreysMarginal());
  expect(posterior?.at).toBe(2);
  expect(posterior?.probability).toBeCloseTo(6 / 9 / (1 + 6 / 9), 12);
});

test("finds a plain change, and none in an even series", () => {
  const marginal = new JeffreysMarginal();
  const changed = changePosterior(prefix([...repeated(1, 40), ...repeated(0, 20)]), 1e-3, 3, marginal);
  expect(changed?.at).toBe(40);
  expect(changed?.probability).toBeGreaterThan(0.999);
  const even = changePosterior(prefix(repeated(1, 60)), 1e-3, 3, marginal);
  expect(even?.probability).toBeLessThan(0.05);
});

test("looks at a window only, and says nothing where the sides are too short", () => {
  const sums = prefix([...repeated(1, 40), ...repeated(0, 20)]);
  const marginal = new JeffreysMarginal();
  expect(changePosterior(sums, 1e-3, 3, marginal, 40, 60)?.probability).toBeLessThan(0.05);
  expect(changePosterior(sums, 1e-3, 3, marginal, 30, 50)?.at).toBe(40);
  expect(changePosterior(prefix([1, 1, 0, 0, 0]), 1e-3, 3, marginal)).toBeUndefined();
});

test("spares the work where the asked probability is out of reach, and nowhere else", () => {
  const marginal = new JeffreysMarginal();
  const asked = (series: number[], atLeast: number) =>
    changePosterior(prefix(series), 1e-3, 3, marginal, 0, series.length, atLeast);
  expect(asked(repeated(1, 60), 0.99)).toBeUndefined();
  const series = [...repeated(1, 40), ...repeated(0, 20)];
  expect(asked(series, 0.99)).toEqual(asked(series, 0));
});

test("a credible range holds 95 % in as few places as can be", () => {
  expect(credibleRange(Float64Array.of(0.01, 0.02, 0.5, 0.45, 0.02))).toEqual({ first: 2, last: 3 });
  expect(credibleRange(Float64Array.of(0, 0, 1))).toEqual({ first: 2, last: 2 });
});
