/**
 * A sequential test on differences of two that are exchangeable: under that hypothesis the sign of each is a fair coin whatever
 * its size, and whatever came before. So a gambler may stake by the size, much on large differences and little on those that
 * chance makes: the capital is a non-negative martingale, and by Ville's inequality it ever exceeds 1 / alpha with probability at
 * most alpha. For differences about a mean the best stake is tanh(steepness x size), the odds of two normal laws mirrored at
 * zero; the steepness is not known, and the capital is averaged over several.
 * Source: Ramdas et al., "Game-theoretic statistics and safe anytime-valid inference", Statistical Science 38 (2023).
 */

/** Of differences of logarithms: mean over variance, from pairs that scatter by more than they differ to those that hardly do. */
const STEEPNESS = [1, 2, 4, 8] as const;
/** A larger one is no more certain: what moved nothing is no infinite evidence. */
const MOST_STAKE = 0.95;

/** The capital after these differences, of 1 at the beginning. It grows with positive ones. */
export function sizeCapital(differences: readonly number[]): number {
  let sum = 0;
  for (const steepness of STEEPNESS) {
    let capital = 1;
    for (const difference of differences) capital *= 1 + MOST_STAKE * Math.tanh(steepness * difference);
    sum += capital;
  }
  return sum / STEEPNESS.length;
}
