/**
 * One change in a series of yes/no outcomes, by Bayes: the share before and the share after are unknown, each with
 * Jeffreys' prior Beta(1/2, 1/2), which integrates out in closed form:
 *   P(k successes of n, in their order) = B(k + 1/2, n - k + 1/2) / B(1/2, 1/2).
 * Barry and Hartigan, JASA 88 (1993); as an online alarm with a hazard, Adams and MacKay, arXiv:0710.3742.
 */
import { logGamma } from "./gamma.ts";

const LOG_PI = Math.log(Math.PI);

/** ln of the marginal probability, from tables that grow as they are asked. B(1/2, 1/2) = pi. */
export class JeffreysMarginal {
  /** ln gamma(n + 1/2) - ln pi / 2, and ln gamma(n + 1), for n = 0, 1, ... */
  halves = new Float64Array(0);
  wholes = new Float64Array(0);

  logProbability(successes: number, trials: number): number {
    this.reach(trials);
    return this.halves[successes]! + this.halves[trials - successes]! - this.wholes[trials]!;
  }

  /** Makes the tables long enough for `trials`. */
  reach(trials: number): void {
    if (trials < this.halves.length) return;
    const length = 2 * trials + 1;
    this.halves = Float64Array.from({ length }, (_, n) => logGamma(n + 0.5) - LOG_PI / 2);
    this.wholes = Float64Array.from({ length }, (_, n) => logGamma(n + 1));
  }
}

export interface ChangePosterior {
  /** Probability that the series changes once, at a place that leaves `leastSide` outcomes on each side. */
  readonly probability: number;
  /** The likeliest place: first index after the change. */
  readonly at: number;
  /** First index after the change that `weights[0]` is of. */
  readonly firstPlace: number;
  /** Relative probability of each place, the highest 1. */
  readonly weights: Float64Array;
}

const CREDIBLE = 0.95;

/**
 * `successesBefore[i]`: successes among the first i outcomes, i = 0 ... n; looked at are outcomes [from, to).
 * `hazard`: chance of a change before any one outcome. Undefined where both sides cannot have `leastSide`, and, to spare
 * the work, where it is plain that the probability stays below `atLeast`.
 */
export function changePosterior(
  successesBefore: ArrayLike<number>,
  hazard: number,
  leastSide: number,
  marginal: JeffreysMarginal,
  from = 0,
  to = successesBefore.length - 1,
  atLeast = 0,
): ChangePosterior | undefined {
  const places = to - from - 2 * leastSide + 1;
  if (places <= 0) return undefined;
  const firstPlace = from + leastSide;
  const start = successesBefore[from]!;
  const end = successesBefore[to]!;
  // One change among n outcomes has the prior h (1 - h)^(n - 2) at each place, no change (1 - h)^(n - 1).
  const none = marginal.logProbability(end - start, to - from) - Math.log(hazard / (1 - hazard));
  const { halves, wholes } = marginal;
  const logOdds = (place: number): number => {
    const before = place - from;
    const after = to - place;
    const hitsBefore = successesBefore[place]! - start;
    const hitsAfter = end - start - hitsBefore;
    return (
      halves[hitsBefore]! +
      halves[before - hitsBefore]! -
      wholes[before]! +
      (halves[hitsAfter]! + halves[after - hitsAfter]! - wholes[after]!) -
      none
    );
  };
  let highest = Number.NEGATIVE_INFINITY;
  let at = firstPlace;
  for (let i = 0; i < places; i++) {
    const odds = logOdds(firstPlace + i);
    if (odds > highest) {
      highest = odds;
      at = firstPlace + i;
    }
  }
  // No place is likelier than the likeliest.
  if (places * Math.exp(highest) < atLeast / (1 - atLeast)) return undefined;
  const weights = new Float64Array(places);
  let sum = 0;
  for (let i = 0; i < places; i++) {
    weights[i] = Math.exp(logOdds(firstPlace + i) - highest);
    sum += weights[i]!;
  }
  return { probability: sum / (sum + Math.exp(-highest)), at, firstPlace, weights };
}

/** First and last index of the likeliest places that together hold 95 % of all weights, of which one is above zero. */
export function credibleRange(weights: Float64Array): { readonly first: number; readonly last: number } {
  const order = Array.from(weights.keys()).sort((a, b) => weights[b]! - weights[a]!);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  let held = 0;
  let first = order[0]!;
  let last = first;
  for (const place of order) {
    first = Math.min(first, place);
    last = Math.max(last, place);
    held += weights[place]!;
    if (held >= CREDIBLE * sum) break;
  }
  return { first, last };
}
