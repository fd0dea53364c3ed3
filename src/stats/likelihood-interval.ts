/**
 * What a grid of negative log likelihoods leaves of a parameter, every point of the grid as likely as any other beforehand: its
 * middle, and all that lies within so many nats of the best, or between the points with a fortieth of the likelihood beyond them. Of
 * two hills the higher one may hold the smaller part: its own interval would be narrow, and wrong as often as not. Costs in nats;
 * infinite ones weigh nothing.
 */

export interface LikelihoodInterval {
  /** Indices of the grid. */
  readonly from: number;
  readonly to: number;
  /** Half of the likelihood lies on either side. */
  readonly middle: number;
}

const TAIL = 0.025;

/** At least one cost is finite. */
export function likelihoodInterval(costs: Float64Array, nats: number): LikelihoodInterval {
  const least = costs.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const weights = costs.map((cost) => Math.exp(least - cost));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const pointAt = (share: number): number => {
    let left = share * total;
    return weights.findIndex((weight) => {
      left -= weight;
      return left <= 0;
    });
  };
  const isNear = (cost: number): boolean => cost <= least + nats;
  return {
    from: Math.min(pointAt(TAIL), costs.findIndex(isNear)),
    to: Math.max(pointAt(1 - TAIL), costs.findLastIndex(isNear)),
    middle: pointAt(0.5),
  };
}
