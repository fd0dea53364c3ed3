/**
 * A sequential test on signs: evidence that something happens in more than half of the trials, valid whenever one stops
 * looking. Under the hypothesis that each trial succeeds with probability at most one half whatever came before, the
 * capital of a gambler who stakes a share of it on each success is a non-negative supermartingale; by Ville's inequality it
 * ever exceeds 1 / alpha with probability at most alpha. The stake is averaged over [1/2, 1]: it grows fastest where three of
 * four trials succeed, or more.
 * Source: Ramdas et al., "Game-theoretic statistics and safe anytime-valid inference", Statistical Science 38 (2023).
 */

/** Of Simpson's rule; the integrand is a polynomial of at most some hundred degrees. */
const STEPS = 400;
const LEAST_STAKE = 0.5;

/** The capital after so many successes and failures, of 1 at the beginning: mean of (1 + s)^successes (1 - s)^failures. */
export function signCapital(successes: number, failures: number): number {
  let sum = 0;
  for (let step = 0; step <= STEPS; step++) {
    const stake = LEAST_STAKE + ((1 - LEAST_STAKE) * step) / STEPS;
    const weight = step === 0 || step === STEPS ? 1 : step % 2 === 1 ? 4 : 2;
    sum += weight * (1 + stake) ** successes * (1 - stake) ** failures;
  }
  return sum / (3 * STEPS);
}
