/**
 * The rate of a queue from delays: at the right rate, the backlog that the traffic itself built explains the delay of
 * each packet, slope 1. Sharper than the drops where a queue is only a few packets long.
 */
import { fitLine } from "../../stats/regression.ts";
import { BucketScorer, FROM_FULL } from "./bucket-score.ts";
import type { RateInterval } from "./finding.ts";
import type { Traffic } from "./traffic.ts";
import { DROPPED } from "./traffic.ts";

const SCAN_SPAN = 0.35;
const SCAN_STEPS = 70;
/** Neighbouring delays are alike: this many samples count as one. */
const SAMPLES_PER_INDEPENDENT = 10;
const INTERVAL_NATS = 3;
const MIN_SAMPLES = 100;

/** Looks within a third around `nearBps`; undefined when delays do not follow any backlog there. */
export function queueRate(traffic: Traffic, nearBps: number, minimumR2: number): RateInterval | undefined {
  const scorer = new BucketScorer(traffic);
  const sampled: number[] = [];
  for (let i = 0; i < traffic.count; i++) {
    if (traffic.outcome[i] !== DROPPED && !Number.isNaN(traffic.delayUs[i]!)) sampled.push(i);
  }
  if (sampled.length < MIN_SAMPLES) return undefined;
  const delays = sampled.map((i) => traffic.delayUs[i]!);
  const scores: { rate: number; r2: number }[] = [];
  for (let step = -SCAN_STEPS; step <= SCAN_STEPS; step++) {
    const rate = (nearBps / 8e6) * Math.exp((SCAN_SPAN * step) / SCAN_STEPS);
    const level = scorer.levels(rate, FROM_FULL);
    const backlog = sampled.map((i) => level[i]! / rate);
    scores.push({ rate, r2: fitLine(backlog, delays)?.r2 ?? 0 });
  }
  const best = scores.reduce((top, score) => (score.r2 > top.r2 ? score : top));
  if (best.r2 < minimumR2) return undefined;
  const independent = sampled.length / SAMPLES_PER_INDEPENDENT;
  const inside = scores.filter(
    ({ r2 }) => (independent / 2) * Math.log((1 - r2) / (1 - best.r2)) <= INTERVAL_NATS,
  );
  const half = SCAN_SPAN / SCAN_STEPS;
  return {
    rateBps: best.rate * 8e6,
    rateLowBps: inside[0]!.rate * 8e6 * Math.exp(-half),
    rateHighBps: inside[inside.length - 1]!.rate * 8e6 * Math.exp(half),
  };
}
