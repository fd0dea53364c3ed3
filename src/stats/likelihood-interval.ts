/**
 * What a grid of negative log likelihoods leaves of a parameter: its middle, with half of the likelihood on either side, and all
 * that lies within so many nats of the best, widened to hold that middle. Of two hills the higher one may hold the smaller part:
 * its interval alone would be narrow, and wrong as often as not. Costs in nats; infinite ones weigh nothing.
 */

export interface LikelihoodInterval {
  /** Indices of the grid. */
  readonly from: number;
  readonly to: number;
  readonly middle: number;
}

/** At least one cost is finite. */
export function likelihoodInterval(costs: Float64Array, nats: number): LikelihoodInterval {
  const least = Math.min(...costs);
  const weights = costs.map((cost) => Math.exp(least - cost));
  let left = weights.reduce((sum, weight) => sum + weight, 0) / 2;
  const middle = weights.findIndex((weight) => {
    left -= weight;
    return left <= 0;
  });
  const isNear = (cost: number): boolean => cost <= least + nats;
  return {
    from: Math.min(middle, costs.findIndex(isNear)),
    to: Math.max(middle, costs.findLastIndex(isNear)),
    middle,
  };
}
