/**
 * Quantiles of samples, by linear interpolation between order statistics (Hyndman and Fan 1996, type 7).
 */

/** `sorted` ascending and not empty; `share` in [0, 1]. */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  return below + 1 < sorted.length ? low + (at - below) * (sorted[below + 1]! - low) : low;
}

/** NaN for no values; the values are not changed. */
export function quantile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) return Number.NaN;
  return quantileOfSorted(Float64Array.from(values).sort(), share);
}

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** Share of `sorted` (ascending) below `value`, ties counted half. */
export function rankOf(sorted: ArrayLike<number>, value: number): number {
  const below = bound(sorted, value, false);
  const upTo = bound(sorted, value, true);
  return sorted.length > 0 ? (below + upTo) / (2 * sorted.length) : Number.NaN;
}

/** First index whose value is not below (or, `inclusive`, above) `value`. */
function bound(sorted: ArrayLike<number>, value: number, inclusive: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (inclusive ? sorted[middle]! <= value : sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
