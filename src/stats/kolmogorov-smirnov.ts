/** Two samples held against each other as wholes. */

/**
 * The largest distance between two samples' cumulative shares (Kolmogorov and Smirnov), and the chance of one at least as
 * large when both come from one distribution (asymptotic series: Numerical Recipes, 3rd edition, section 14.3.3).
 */
export function compareSamples(
  a: readonly number[],
  b: readonly number[],
): { readonly distance: number; readonly chance: number } {
  const left = [...a].sort((x, y) => x - y);
  const right = [...b].sort((x, y) => x - y);
  let i = 0;
  let j = 0;
  let distance = 0;
  while (i < left.length && j < right.length) {
    const value = Math.min(left[i]!, right[j]!);
    while (i < left.length && left[i]! <= value) i++;
    while (j < right.length && right[j]! <= value) j++;
    distance = Math.max(distance, Math.abs(i / left.length - j / right.length));
  }
  const size = Math.sqrt((left.length * right.length) / (left.length + right.length));
  const x = (size + 0.12 + 0.11 / size) * distance;
  let chance = 0;
  for (let k = 1; k <= 100; k++) chance += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return { distance, chance: x < 0.2 ? 1 : Math.min(1, Math.max(0, chance)) };
}
