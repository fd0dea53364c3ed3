/**
 * Ordinary least squares of y on x.
 */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
  /** Share of the variance of y that the line explains, in [0, 1]. */
  readonly r2: number;
  readonly count: number;
}

/** Undefined below three points or without spread in x. */
export function fitLine(x: ArrayLike<number>, y: ArrayLike<number>): Line | undefined {
  const count = Math.min(x.length, y.length);
  if (count < 3) return undefined;
  let sumX = 0;
  let sumY = 0;
  for (let i = 0; i < count; i++) {
    sumX += x[i]!;
    sumY += y[i]!;
  }
  const meanX = sumX / count;
  const meanY = sumY / count;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (let i = 0; i < count; i++) {
    const dx = x[i]! - meanX;
    const dy = y[i]! - meanY;
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  if (xx <= 0) return undefined;
  const slope = xy / xx;
  return { slope, intercept: meanY - slope * meanX, r2: yy > 0 ? (xy * xy) / (xx * yy) : 0, count };
}
