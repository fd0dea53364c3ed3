/**
 * Binomial probabilities of `successes` among `trials` at `chance` each.
 * Tails through the incomplete beta function: Abramowitz and Stegun 26.5.24.
 */
import { betaCumulative } from "./beta.ts";
import { logGamma } from "./gamma.ts";

export function binomialLogProbability(successes: number, trials: number, chance: number): number {
  if (successes < 0 || successes > trials) return Number.NEGATIVE_INFINITY;
  const ways = logGamma(trials + 1) - logGamma(successes + 1) - logGamma(trials - successes + 1);
  const hits = successes === 0 ? 0 : successes * Math.log(chance);
  const misses = successes === trials ? 0 : (trials - successes) * Math.log1p(-chance);
  return ways + hits + misses;
}

/** P(X >= successes). */
export function binomialUpperTail(successes: number, trials: number, chance: number): number {
  if (successes <= 0) return 1;
  if (successes > trials) return 0;
  return betaCumulative(chance, successes, trials - successes + 1);
}

/** P(X <= successes). */
export function binomialLowerTail(successes: number, trials: number, chance: number): number {
  if (successes < 0) return 0;
  if (successes >= trials) return 1;
  return betaCumulative(1 - chance, trials - successes, successes + 1);
}
