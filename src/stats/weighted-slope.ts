/**
 * Slope of y on x by weighted least squares: sum w dx dy / sum w dx^2, about the weighted means.
 */

/** Weights >= 0. Undefined where x does not spread. */
export function weightedSlope(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  weights: ArrayLike<number>,
): number | undefined {
  let sum = 0;
  let sumX = 0;
  let sumY = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]!;
    sumX += weights[i]! * x[i]!;
    sumY += weights[i]! * y[i]!;
  }
  if (!(sum > 0)) return undefined;
  const meanX = sumX / sum;
  const meanY = sumY / sum;
  let xx = 0;
  let xy = 0;
  for (let i = 0; i < weights.length; i++) {
    const dx = x[i]! - meanX;
    xx += weights[i]! * dx * dx;
    xy += weights[i]! * dx * (y[i]! - meanY);
  }
  return xx > 0 ? xy / xx : undefined;
}
