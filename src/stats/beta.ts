/**
 * The beta distribution: its cumulative probability (the regularized incomplete beta function) and quantiles.
 * Shapes a, b > 0. Continued fraction evaluated by Lentz' method: Numerical Recipes, 3rd edition, section 6.4.
 */
import { logGamma } from "./gamma.ts";

const TINY = 1e-300;
const PRECISION = 1e-15;
const MAX_TERMS = 10_000;
/** Halvings of [0, 1] that exhaust a double. */
const BISECTIONS = 100;

export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

function continuedFraction(x: number, a: number, b: number): number {
  const away = (value: number): number => (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= MAX_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const step = d * c;
    result *= step;
    if (Math.abs(step - 1) < PRECISION) break;
  }
  return result;
}

/** P(X <= x) for X ~ Beta(a, b). */
export function betaCumulative(x: number, a: number, b: number): number {
  if (!(a > 0 && b > 0) || Number.isNaN(x)) return Number.NaN;
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b));
  return x < (a + 1) / (a + b + 2)
    ? (front * continuedFraction(x, a, b)) / a
    : 1 - (front * continuedFraction(1 - x, b, a)) / b;
}

/** The x with P(X <= x) = probability, for X ~ Beta(a, b). */
export function betaQuantile(probability: number, a: number, b: number): number {
  if (!(probability >= 0 && probability <= 1) || !(a > 0 && b > 0)) return Number.NaN;
  let low = 0;
  let high = 1;
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (betaCumulative(middle, a, b) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Jeffreys' interval of a share: quantiles of Beta(k + 1/2, n - k + 1/2), reaching 0 at k = 0 and 1 at k = n.
 * Brown, Cai and DasGupta, "Interval Estimation for a Binomial Proportion", Statistical Science 16 (2001).
 */
export function jeffreysInterval(
  successes: number,
  trials: number,
  level = 0.95,
): { readonly low: number; readonly high: number } {
  const a = successes + 0.5;
  const b = trials - successes + 0.5;
  return {
    low: successes === 0 ? 0 : betaQuantile((1 - level) / 2, a, b),
    high: successes === trials ? 1 : betaQuantile((1 + level) / 2, a, b),
  };
}
