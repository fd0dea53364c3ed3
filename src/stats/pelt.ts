/**
 * Segments of equal share in a series of yes/no outcomes, exactly best for cost + penalty: PELT, with pruning.
 * Cost of a segment: -2 ln likelihood at its own share. Killick, Fearnhead and Eckley, JASA 107 (2012). With segments of a
 * least length a candidate that loses at t may still be needed until t + least length: it is dropped then.
 */

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
  const best = new Float64Array(count + 1).fill(Number.POSITIVE_INFINITY);
  const previous = new Int32Array(count + 1);
  /** When a candidate lost: it is looked at until `leastLength` later. */
  const lostAt = new Int32Array(count + 1).fill(-1);
  /** Cost of the segment to `end` from each candidate, so that it is computed once. */
  const costs = new Float64Array(count + 1);
  const timesLog = timesLogTable(count);
  best[0] = -penalty;
  const candidates: number[] = [];
  for (let end = leastLength; end <= count; end++) {
    const newest = end - leastLength;
    if (Number.isFinite(best[newest]!)) candidates.push(newest);
    let least = Number.POSITIVE_INFINITY;
    for (const from of candidates) {
      const trials = end - from;
      const successes = successesBefore[end]! - successesBefore[from]!;
      const cost = 2 * (timesLog[trials]! - timesLog[successes]! - timesLog[trials - successes]!);
      costs[from] = best[from]! + cost;
      if (costs[from]! < least) {
        least = costs[from]!;
        previous[end] = from;
      }
    }
    best[end] = least + penalty;
    let kept = 0;
    for (const from of candidates) {
      if (lostAt[from]! < 0 && costs[from]! > best[end]!) lostAt[from] = end;
      if (lostAt[from]! < 0 || end < lostAt[from]! + leastLength) candidates[kept++] = from;
    }
    candidates.length = kept;
  }
  const changes: number[] = [];
  for (let at = previous[count]!; at > 0; at = previous[at]!) changes.push(at);
  return changes.reverse();
}
