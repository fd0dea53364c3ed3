/**
 * Whether one sample lies below another: the rank-sum test of Mann and Whitney (Annals of Mathematical Statistics 18, 1947),
 * exact, with no assumption about the distribution. Equal values count against it. Work grows with (n m)^2: for samples of up to
 * a hundred.
 */

/** P that `lower` lies as far below `upper` as it does, or farther, were both drawn from one distribution; 1 where one is empty. */
export function chanceOfLower(lower: readonly number[], upper: readonly number[]): number {
  if (lower.length === 0 || upper.length === 0) return 1;
  let against = 0;
  for (const one of lower) for (const other of upper) if (one >= other) against++;
  return atMost(against, lower.length, upper.length);
}

/** P(U <= u): the largest of all values is of the one sample (and beats all of the other) or of the other. */
function atMost(u: number, n: number, m: number): number {
  const none = (): Float64Array => Float64Array.from({ length: u + 1 }, (_, at) => (at === 0 ? 1 : 0));
  let row = Array.from({ length: m + 1 }, none);
  for (let i = 1; i <= n; i++) {
    const next = [none()];
    for (let j = 1; j <= m; j++) {
      const [without, other] = [row[j]!, next[j - 1]!];
      next.push(
        Float64Array.from(other, (p, at) => (j * p + (at >= j ? i * without[at - j]! : 0)) / (i + j)),
      );
    }
    row = next;
  }
  return Math.min(
    1,
    row[m]!.reduce((sum, p) => sum + p, 0),
  );
}
