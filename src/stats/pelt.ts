/**
 * Segments of equal share in a series of yes/no outcomes, exactly best for cost + penalty: PELT, with pruning.
 * Cost of a segment: -2 ln likelihood at its own share. Killick, Fearnhead and Eckley, JASA 107 (2012). With segments of a
 * least length a candidate that loses at t may still be needed until t + least length: it is dropped then.
 */

/** 0 ln 0 is 0. */
function timesLog(count: number, of: number): number {
  return count > 0 ? count * Math.log(count / of) : 0;
}

/** -2 ln likelihood of k successes among n at the share k / n. */
export function segmentCost(successes: number, trials: number): number {
  return -2 * (timesLog(successes, trials) + timesLog(trials - successes, trials));
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
  best[0] = -penalty;
  let candidates: number[] = [];
  for (let end = leastLength; end <= count; end++) {
    const newest = end - leastLength;
    if (Number.isFinite(best[newest]!)) candidates.push(newest);
    for (const from of candidates) {
      const total = best[from]! + penalty + costBetween(successesBefore, from, end);
      if (total < best[end]!) {
        best[end] = total;
        previous[end] = from;
      }
    }
    for (const from of candidates) {
      if (lostAt[from]! < 0 && best[from]! + costBetween(successesBefore, from, end) > best[end]!)
        lostAt[from] = end;
    }
    candidates = candidates.filter((from) => lostAt[from]! < 0 || end < lostAt[from]! + leastLength);
  }
  const changes: number[] = [];
  for (let at = previous[count]!; at > 0; at = previous[at]!) changes.push(at);
  return changes.reverse();
}

function costBetween(successesBefore: ArrayLike<number>, from: number, to: number): number {
  return segmentCost(successesBefore[to]! - successesBefore[from]!, to - from);
}
