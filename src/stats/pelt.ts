/**
 * Segments of equal share in a series of yes/no outcomes, exactly best for cost + penalty: PELT, with pruning.
 * Cost of a segment: -2 ln likelihood at its own share. Killick, Fearnhead and Eckley, JASA 107 (2012). With segments of a
 * least length a candidate that loses at t may still be needed until t + least length: it is dropped then.
 */

const PRUNE_EVERY = 8;

/** n ln n for n = 0 ... count; 0 ln 0 is 0. */
function timesLogTable(count: number): Float64Array {
  return Float64Array.from({ length: count + 1 }, (_, n) => (n > 0 ? n * Math.log(n) : 0));
}

/**
 * `successesBefore[i]`: successes among the first i outcomes, i = 0 ... n.
 * First indexes after each change, rising; every segment holds at least `leastLength` >= 1 outcomes.
 */
export function peltChanges(
  successesBefore: ArrayLike<number>,
  penalty: number,
  leastLength: number,
): number[] {
  const count = successesBefore.length - 1;
  if (count < 2 * leastLength) return [];
  const sums = Uint32Array.from(successesBefore);
  const best = new Float64Array(count + 1).fill(Number.POSITIVE_INFINITY);
  const previous = new Int32Array(count + 1);
  /** When a candidate lost: it is looked at until `leastLength` later. */
  const lostAt = new Int32Array(count + 1).fill(-1);
  const candidates = new Int32Array(count + 1);
  /** Least cost up to `end` by way of each candidate. */
  const costs = new Float64Array(count + 1);
  const timesLog = timesLogTable(count);
  let candidateCount = 0;
  best[0] = -penalty;
  for (let end = leastLength; end <= count; end++) {
    const newest = end - leastLength;
    if (Number.isFinite(best[newest]!)) candidates[candidateCount++] = newest;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < candidateCount; i++) {
      const from = candidates[i]!;
      const trials = end - from;
      const successes = sums[end]! - sums[from]!;
      const cost =
        best[from]! + 2 * (timesLog[trials]! - timesLog[successes]! - timesLog[trials - successes]!);
      costs[i] = cost;
      if (cost < least) {
        least = cost;
        previous[end] = from;
      }
    }
    best[end] = least + penalty;
    // To prune is never needed, only cheaper: not worth a second pass each time.
    if (end % PRUNE_EVERY !== 0) continue;
    let kept = 0;
    for (let i = 0; i < candidateCount; i++) {
      const from = candidates[i]!;
      if (costs[i]! > best[end]! && lostAt[from]! < 0) lostAt[from] = end;
      if (lostAt[from]! < 0 || end < lostAt[from]! + leastLength) candidates[kept++] = from;
    }
    candidateCount = kept;
  }
  const changes: number[] = [];
  for (let at = previous[count]!; at > 0; at = previous[at]!) changes.push(at);
  return changes.reverse();
}
