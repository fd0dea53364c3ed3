/**
 * A normal component of unknown share, mean and deviation hidden among values whose other density is known for each:
 *   f_i(x) = share N(x; mean, deviation) + (1 - strayShare - share) known_i + strayShare stray_i.
 * Fitted by expectation and maximization (Dempster, Laird and Rubin, J. R. Statist. Soc. B 39, 1977), which climbs to the
 * nearest top: give it several starts. Weighted rows count as that many rows.
 */
export interface HiddenNormalData {
  readonly values: Float64Array;
  /** >= 0. */
  readonly weights: Float64Array;
  /** Density of each value where it does not belong to the normal. */
  readonly known: Float64Array;
  /** Density of each value where it belongs to nothing: keeps single rows from ruling the fit. */
  readonly stray: Float64Array;
  readonly strayShare: number;
  /** Weight of further values, too far away to belong to the normal, that belong to the known density. */
  readonly knownElsewhere?: number;
}

export interface HiddenNormalBounds {
  readonly highestMean: number;
  readonly narrowest: number;
  readonly widest: number;
}

export interface HiddenNormal {
  readonly share: number;
  readonly mean: number;
  readonly deviation: number;
}

/** Change of mean, deviation and share at which the climb ends. */
const PRECISION = 1e-7;
const MOST_STEPS = 500;
/** Beyond so many deviations the density is below 1e-14 of its top: not computed. */
const REACH_DEVIATIONS = 8;
const SQRT_TWO_PI = Math.sqrt(2 * Math.PI);

/** `precision` may be coarser where only the mean is asked for, as in a bootstrap. */
export function fitHiddenNormal(
  data: HiddenNormalData,
  start: HiddenNormal,
  bounds: HiddenNormalBounds,
  precision = PRECISION,
): HiddenNormal {
  const { values, weights, known, stray, strayShare, knownElsewhere = 0 } = data;
  let { share, mean, deviation } = start;
  for (let step = 0; step < MOST_STEPS; step++) {
    const top = share / (deviation * SQRT_TWO_PI);
    const knownShare = 1 - strayShare - share;
    const reach = REACH_DEVIATIONS * deviation;
    const curvature = -0.5 / (deviation * deviation);
    let normalSum = 0;
    let knownSum = knownElsewhere;
    let first = 0;
    let second = 0;
    for (let i = 0; i < values.length; i++) {
      const weight = weights[i]!;
      if (weight === 0) continue;
      const away = values[i]! - mean;
      const knownDensity = knownShare * known[i]!;
      const strayDensity = strayShare * stray[i]!;
      if (away > reach || away < -reach) {
        if (knownDensity > 0) knownSum += (weight * knownDensity) / (knownDensity + strayDensity);
        continue;
      }
      const normalDensity = top * Math.exp(curvature * away * away);
      const scale = weight / (normalDensity + knownDensity + strayDensity);
      const belongs = normalDensity * scale;
      normalSum += belongs;
      knownSum += knownDensity * scale;
      first += belongs * away;
      second += belongs * away * away;
    }
    if (!(normalSum > 0)) return { share: 0, mean, deviation };
    const newMean = Math.min(bounds.highestMean, mean + first / normalSum);
    const moved = newMean - mean;
    // About the new mean, which the bound may have held away from the centre.
    const variance = Math.max(0, second / normalSum - (2 * moved * first) / normalSum + moved * moved);
    const newDeviation = Math.min(bounds.widest, Math.max(bounds.narrowest, Math.sqrt(variance)));
    const newShare = ((1 - strayShare) * normalSum) / (normalSum + knownSum);
    const change = Math.max(Math.abs(moved), Math.abs(newDeviation - deviation), Math.abs(newShare - share));
    mean = newMean;
    deviation = newDeviation;
    share = newShare;
    if (change < precision) break;
  }
  return { share, mean, deviation };
}

/** Weighted log likelihood; with share 0, of the model without the normal. */
export function hiddenNormalLogLikelihood(data: HiddenNormalData, fit: HiddenNormal): number {
  let sum = 0;
  for (let i = 0; i < data.values.length; i++) {
    const density =
      normalPart(data, fit, i) +
      (1 - data.strayShare - fit.share) * data.known[i]! +
      data.strayShare * data.stray[i]!;
    sum += data.weights[i]! * Math.log(density);
  }
  return sum;
}

/** Probability that each value belongs to the normal. */
export function belongsToNormal(data: HiddenNormalData, fit: HiddenNormal): Float64Array {
  return Float64Array.from(data.values, (_, i) => {
    const normal = normalPart(data, fit, i);
    const other = (1 - data.strayShare - fit.share) * data.known[i]! + data.strayShare * data.stray[i]!;
    return normal > 0 ? normal / (normal + other) : 0;
  });
}

function normalPart(
  { values }: HiddenNormalData,
  { share, mean, deviation }: HiddenNormal,
  i: number,
): number {
  const u = (values[i]! - mean) / deviation;
  return (share / (deviation * SQRT_TWO_PI)) * Math.exp(-0.5 * u * u);
}
