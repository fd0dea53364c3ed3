/**
 * The normal distribution: log density, cumulative probability, quantile. The deviation is > 0.
 * The tail integral is summed as a series near the middle (Abramowitz and Stegun 7.1.6)
 * and as a continued fraction further out (7.1.14).
 */
const LOG_SQRT_TWO_PI = 0.5 * Math.log(2 * Math.PI);
/** Where the series gives way to the fraction, in units of sqrt(2) deviations. */
const SERIES_LIMIT = 2.5;
const FRACTION_TERMS = 120;
const BISECTIONS = 120;
const FARTHEST_QUANTILE = 40;

export function normalLogDensity(x: number, mean = 0, deviation = 1): number {
  const u = (x - mean) / deviation;
  return -LOG_SQRT_TWO_PI - Math.log(deviation) - 0.5 * u * u;
}

/** The complementary error function of x >= 0. */
function tailIntegral(x: number): number {
  if (x < SERIES_LIMIT) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum) && n < 200; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let fraction = 0;
  for (let k = FRACTION_TERMS; k >= 1; k--) fraction = k / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

/** P(X <= x). */
export function normalCumulative(x: number, mean = 0, deviation = 1): number {
  const u = (x - mean) / deviation / Math.SQRT2;
  return u >= 0 ? 1 - tailIntegral(u) / 2 : tailIntegral(-u) / 2;
}

/** The x with P(X <= x) = probability, for a probability inside (0, 1). */
export function normalQuantile(probability: number, mean = 0, deviation = 1): number {
  if (!(probability > 0 && probability < 1)) return Number.NaN;
  let low = -FARTHEST_QUANTILE;
  let high = FARTHEST_QUANTILE;
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (normalCumulative(middle) < probability) low = middle;
    else high = middle;
  }
  return mean + deviation * ((low + high) / 2);
}
