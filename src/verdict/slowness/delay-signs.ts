/**
 * What the delay of packets says about drops: a full queue delays the packets before it drops one, a policer does not.
 * Times are µs (policing notes, step 6).
 */
import { quantileOfSorted, rankOf } from "../../stats/quantile.ts";
import { fitLine } from "../../stats/regression.ts";
import type { BucketScore } from "./bucket-score.ts";
import { BucketScorer } from "./bucket-score.ts";
import type { Traffic } from "./traffic.ts";
import { DROPPED } from "./traffic.ts";

/** The delay before a drop is that of the nearest earlier sample, if it is at most this old. */
const SAMPLE_AGE_US = 500_000;
const BASE_QUANTILE = 0.02;

export interface DelaySigns {
  /** Packets with a delay, and drops with a delay sample shortly before. */
  readonly samples: number;
  readonly dropSamples: number;
  /** 2nd percentile of all delays: the path without a queue. */
  readonly baseUs: number;
  readonly medianUs: number;
  readonly p90Us: number;
  /** Delay above the base before drops: median and 25th percentile. */
  readonly inflationUs: number;
  readonly lowInflationUs: number;
  /** Median rank of the delays before drops among all delays, in [0, 1]; 0.5 for no relation. */
  readonly rank: number;
  /** How long the fitted bucket would take to refill at the drops it explains: the delay that a queue would show. */
  readonly expectedUs: number;
  /** Regression of delay on (deficit / rate): a queue gives slope 1. */
  readonly slope: number;
  readonly r2: number;
}

export function delaySigns(traffic: Traffic, fit: BucketScore | undefined): DelaySigns {
  const { count, delayUs, timeUs, outcome } = traffic;
  const sorted = delayUs
    .slice(0, count)
    .filter((delay) => !Number.isNaN(delay))
    .sort();
  const baseUs = sorted.length > 0 ? quantileOfSorted(sorted, BASE_QUANTILE) : Number.NaN;
  const beforeDrops: number[] = [];
  let lastDelay = Number.NaN;
  let lastUs = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    if (outcome[i] === DROPPED) {
      if (timeUs[i]! - lastUs < SAMPLE_AGE_US) beforeDrops.push(lastDelay);
    } else if (!Number.isNaN(delayUs[i]!)) {
      lastDelay = delayUs[i]!;
      lastUs = timeUs[i]!;
    }
  }
  const drops = Float64Array.from(beforeDrops).sort();
  const against = fit ? againstFit(traffic, fit) : { expectedUs: Number.NaN, slope: 0, r2: 0 };
  return {
    samples: sorted.length,
    dropSamples: drops.length,
    baseUs,
    medianUs: sorted.length > 0 ? quantileOfSorted(sorted, 0.5) : Number.NaN,
    p90Us: sorted.length > 0 ? quantileOfSorted(sorted, 0.9) : Number.NaN,
    inflationUs: drops.length > 0 ? quantileOfSorted(drops, 0.5) - baseUs : Number.NaN,
    lowInflationUs: drops.length > 0 ? quantileOfSorted(drops, 0.25) - baseUs : Number.NaN,
    rank: drops.length > 0 ? rankOf(sorted, quantileOfSorted(drops, 0.5)) : Number.NaN,
    ...against,
  };
}

/** How delays go with the deficit of the fitted bucket. */
function againstFit(traffic: Traffic, fit: BucketScore): { expectedUs: number; slope: number; r2: number } {
  const { count, delayUs, outcome, wireBytes } = traffic;
  const level = new BucketScorer(traffic).levels(fit.rate, fit.mode, fit.startDeficit);
  const atDrops: number[] = [];
  const x: number[] = [];
  const y: number[] = [];
  let dropped = false;
  for (let i = 0; i < count; i++) {
    if (outcome[i] === DROPPED) {
      dropped = true;
      if (level[i]! >= fit.depthBytes) atDrops.push((level[i]! - wireBytes[i]!) / fit.rate);
    } else if (!Number.isNaN(delayUs[i]!) && (fit.mode === 0 || dropped)) {
      x.push(level[i]! / fit.rate);
      y.push(delayUs[i]!);
    }
  }
  const line = fitLine(x, y);
  atDrops.sort((a, b) => a - b);
  const expectedUs = atDrops.length > 0 ? quantileOfSorted(atDrops, 0.5) : Number.NaN;
  return { expectedUs, slope: line?.slope ?? 0, r2: line?.r2 ?? 0 };
}
