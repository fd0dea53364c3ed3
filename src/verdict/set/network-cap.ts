/**
 * The rate that a network, or a whole country, holds the tested name to, out of many pairs: a mixture on ln T of
 *   (a) ln C + t(2, 0.25, 0.45), pairs that nothing throttles; (b) Normal(ln cap, s), the cap; (c) strays, weight 0.02,
 * fitted from several starts. A row counts min(1, 3 / rows of its place that day): one busy address is not a network.
 * Accepted when the data ask for (b) by Bayes' information criterion, from enough rows and places, with an interval
 * (bootstrap by place) that is narrow. A slow path is not a cap: there ln T rises with ln C inside the cluster.
 * What is measured is goodput, 20-25 % below the policed rate on the wire: a "goodput cap".
 * Constants: the crowd notes, "A network's rate cap (pooled)", unless said otherwise.
 */
import type { Random } from "../../base/random.ts";
import { counted, formatRate } from "../../base/units.ts";
import { bootstrapByCluster } from "../../stats/cluster-bootstrap.ts";
import {
  belongsToNormal,
  fitHiddenNormal,
  type HiddenNormal,
  type HiddenNormalBounds,
  type HiddenNormalData,
  hiddenNormalLogLikelihood,
} from "../../stats/hidden-normal.ts";
import { median, quantile } from "../../stats/quantile.ts";
import { weightedSlope } from "../../stats/weighted-slope.ts";
import { CAP_SPREAD, strayDensity, unthrottledDensity } from "./known-cap.ts";
import { DAY_S, type TestedPair } from "./speed-row.ts";

const STRAY_SHARE = 0.02;
const NARROWEST = 0.03;
const WIDEST = 0.3;
const ROWS_OF_PLACE_A_DAY = 3;
const START_QUANTILES = [0.25, 0.5, 0.75];
/** Starts are taken among tested speeds below this share of their control. */
const SLOW_BESIDE_CONTROL = 0.5;
/** cap <= median(C) / 5. */
const CAP_BELOW_CONTROL = 5;
const LEAST_ROWS = 10;
const LEAST_GAIN = 6;
/** Share, cap and spread. */
const PARAMETERS = 3;
const LEAST_CLUSTER_ROWS = 5;
const LEAST_CLUSTER_PLACES = 3;
const WIDEST_INTERVAL = 1.3;
const STEEPEST_SLOPE = 0.15;
/** A row is in the cluster when (b) explains it better than all else. */
const IN_CLUSTER = 0.5;
/** Replicates for 95 % limits: their error is then a tenth of their distance. Our choice; the notes give none. */
const REPLICATES = 200;
/** Of ln cap, in a replicate: a hundredth of a per cent, where 30 % decide. */
const REPLICATE_PRECISION = 1e-4;
/** Rows further from the cap belong to it with a chance below 1e-14, even where a replicate doubles the deviation. */
const NEAR_DEVIATIONS = 16;

export interface Cap {
  readonly state: "capped";
  /** Goodput. */
  readonly capBps: number;
  /** 95 %, bootstrap by place. */
  readonly interval: { readonly lowBps: number; readonly highBps: number };
  /** Weighted share of rows held to it, in (0, 1]. */
  readonly share: number;
  /** Standard deviation of ln T about ln cap. */
  readonly spread: number;
  /** Of ln T on ln C inside the cluster: 0 for a cap, towards 1 for a slow path. */
  readonly slope: number;
  /** 2 (ll - ll0) - 3 ln(sum of weights). */
  readonly gain: number;
  readonly rows: number;
  readonly clusterRows: number;
  readonly clusterPlaces: number;
}

export type CapJudgement =
  | Cap
  | { readonly state: "not-capped"; readonly ruledOutBy: string; readonly rows: number }
  | { readonly state: "insufficient"; readonly because: string; readonly rows: number };

/** Speeds in bit/s, in any order; the same seed gives the same interval. */
export function judgeCap(pairs: readonly TestedPair[], random: Random): CapJudgement {
  const rows = pairs.length;
  if (rows < LEAST_ROWS)
    return { state: "insufficient", because: `${counted(rows, "row")} of ${LEAST_ROWS} needed`, rows };
  const places = numberPlaces(pairs);
  const data = mixtureData(pairs, rowWeights(pairs, places));
  const controls = pairs.map(({ controlBps }) => controlBps);
  const bounds: HiddenNormalBounds = {
    highestMean: Math.log(median(controls) / CAP_BELOW_CONTROL),
    narrowest: NARROWEST,
    widest: WIDEST,
  };
  const fit = bestFit(pairs, data, bounds);
  const none = (ruledOutBy: string): CapJudgement => ({ state: "not-capped", ruledOutBy, rows });
  if (!fit) return none("no tested transfer was slower than half of its control");
  const weight = data.weights.reduce((sum, one) => sum + one, 0);
  const gain =
    2 * (fit.logLikelihood - hiddenNormalLogLikelihood(data, { ...fit.normal, share: 0 })) -
    PARAMETERS * Math.log(weight);
  if (!(gain > LEAST_GAIN))
    return none(`ordinary scatter explains the speeds (gain ${gain.toFixed(1)}, ${LEAST_GAIN} needed)`);

  const belongs = belongsToNormal(data, fit.normal);
  const cluster = pairs.flatMap((_, i) => (belongs[i]! > IN_CLUSTER ? [i] : []));
  const clusterPlaces = new Set(cluster.map((i) => places.of[i])).size;
  const insufficient = (because: string): CapJudgement => ({ state: "insufficient", because, rows });
  if (cluster.length < LEAST_CLUSTER_ROWS)
    return insufficient(`${counted(cluster.length, "row")} at one speed, ${LEAST_CLUSTER_ROWS} needed`);
  if (clusterPlaces < LEAST_CLUSTER_PLACES)
    return insufficient(`one speed in ${counted(clusterPlaces, "place")}, ${LEAST_CLUSTER_PLACES} needed`);
  const slope = weightedSlope(
    controls.map(Math.log),
    data.values,
    belongs.map((one, i) => one * data.weights[i]!),
  );
  if (slope !== undefined && Math.abs(slope) > STEEPEST_SLOPE)
    return none(`the speed changes with the control's (slope ${slope.toFixed(2)}): a slow path, not a cap`);
  const interval = capInterval(data, places, fit.normal, bounds, random);
  if (!interval) return insufficient("no interval for the cap");
  const lowBps = Math.exp(interval.low);
  const highBps = Math.exp(interval.high);
  if (highBps / lowBps > WIDEST_INTERVAL)
    return insufficient(`the cap lies anywhere from ${formatRate(lowBps)} to ${formatRate(highBps)}`);
  return {
    state: "capped",
    capBps: Math.exp(fit.normal.mean),
    interval: { lowBps, highBps },
    share: fit.normal.share,
    spread: fit.normal.deviation,
    slope: slope ?? 0,
    gain,
    rows,
    clusterRows: cluster.length,
    clusterPlaces,
  };
}

/** min(1, 3 / rows of that place that UTC day). */
export function rowWeights(pairs: readonly TestedPair[], places: Places): Float64Array {
  const keys = Float64Array.from(
    pairs,
    ({ timeS }, i) => Math.floor(timeS / DAY_S) * places.count + places.of[i]!,
  );
  const rows = new Map<number, number>();
  for (const key of keys) rows.set(key, (rows.get(key) ?? 0) + 1);
  return keys.map((key) => Math.min(1, ROWS_OF_PLACE_A_DAY / rows.get(key)!));
}

function mixtureData(pairs: readonly TestedPair[], weights: Float64Array): HiddenNormalData {
  return {
    values: Float64Array.from(pairs, ({ testedBps }) => Math.log(testedBps)),
    weights,
    known: Float64Array.from(pairs, ({ testedBps, controlBps }) => unthrottledDensity(testedBps, controlBps)),
    stray: Float64Array.from(pairs, ({ testedBps }) => strayDensity(testedBps)),
    strayShare: STRAY_SHARE,
  };
}

function bestFit(
  pairs: readonly TestedPair[],
  data: HiddenNormalData,
  bounds: HiddenNormalBounds,
): { readonly normal: HiddenNormal; readonly logLikelihood: number } | undefined {
  const slow = data.values.filter((_, i) => pairs[i]!.testedBps < SLOW_BESIDE_CONTROL * pairs[i]!.controlBps);
  if (slow.length === 0) return undefined;
  // Some rows are always ordinary at the start, or the climb could never give any up.
  const share = Math.min(0.9, slow.length / pairs.length);
  let best: { normal: HiddenNormal; logLikelihood: number } | undefined;
  for (const at of START_QUANTILES) {
    const mean = Math.min(bounds.highestMean, quantile(slow, at));
    const normal = fitHiddenNormal(data, { share, mean, deviation: CAP_SPREAD }, bounds);
    const logLikelihood = hiddenNormalLogLikelihood(data, normal);
    if (!best || logLikelihood > best.logLikelihood) best = { normal, logLikelihood };
  }
  return best;
}

/** 95 % of ln cap, by place. Rows far from the cap only weigh in by their sum, for each place: a year has 300,000. */
function capInterval(
  data: HiddenNormalData,
  places: Places,
  normal: HiddenNormal,
  bounds: HiddenNormalBounds,
  random: Random,
): { readonly low: number; readonly high: number } | undefined {
  const reach = NEAR_DEVIATIONS * normal.deviation;
  const isNear = data.values.map((value) => (Math.abs(value - normal.mean) <= reach ? 1 : 0));
  const near = (column: Float64Array | Uint32Array) =>
    Float64Array.from(column.filter((_, i) => isNear[i] === 1));
  const placeOf = near(places.of);
  const ownWeights = near(data.weights);
  const knownFar = new Float64Array(places.count);
  const knownShare = 1 - STRAY_SHARE - normal.share;
  for (let i = 0; i < isNear.length; i++) {
    if (isNear[i] === 1) continue;
    const known = knownShare * data.known[i]!;
    if (known > 0)
      knownFar[places.of[i]!]! += (data.weights[i]! * known) / (known + STRAY_SHARE * data.stray[i]!);
  }
  const weights = new Float64Array(ownWeights.length);
  const nearData = {
    values: near(data.values),
    weights,
    known: near(data.known),
    stray: near(data.stray),
    strayShare: STRAY_SHARE,
  };
  return bootstrapByCluster(places.count, REPLICATES, random, (timesDrawn) => {
    for (let i = 0; i < weights.length; i++) weights[i] = ownWeights[i]! * timesDrawn[placeOf[i]!]!;
    let knownElsewhere = 0;
    for (let place = 0; place < knownFar.length; place++)
      knownElsewhere += knownFar[place]! * timesDrawn[place]!;
    const replicate = fitHiddenNormal({ ...nearData, knownElsewhere }, normal, bounds, REPLICATE_PRECISION);
    return replicate.share > 0 ? replicate.mean : Number.NaN;
  });
}

export interface Places {
  readonly of: Uint32Array;
  readonly count: number;
}

/** Places as numbers from 0, one for each pair. */
export function numberPlaces(pairs: readonly TestedPair[]): Places {
  const numbers = new Map<string, number>();
  const of = Uint32Array.from(pairs, ({ place }) => {
    const number = numbers.get(place) ?? numbers.size;
    numbers.set(place, number);
    return number;
  });
  return { of, count: numbers.size };
}
