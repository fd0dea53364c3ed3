/**
 * Finds the rate, the depth and the start that explain the drops best, with an interval (policing notes, step 5).
 * First the rates that pairs of drops vote for, on the whole traffic. Where that explains little, short windows are
 * fitted and lengthened, each time looking only near the best rates of the window before: the optimum of a long trace
 * is too narrow to hit otherwise. Rates here are bytes per µs.
 */
import type { BucketScore, StartMode } from "./bucket-score.ts";
import { BucketScorer, emptyScore, FROM_FIRST_DROP, FROM_FULL } from "./bucket-score.ts";
import { candidateRates } from "./rate-candidates.ts";
import type { Traffic } from "./traffic.ts";
import { DROPPED, thinned } from "./traffic.ts";

const VOTED_CANDIDATES = 56;
const KEPT_OPTIMA = 4;
const BOTH_MODES: readonly StartMode[] = [FROM_FULL, FROM_FIRST_DROP];
/** A fit that explains this share of the drops' likelihood needs no second search. */
const GOOD_SHARE = 0.85;

/** What one more parameter must gain. */
const START_DEFICIT_NATS = 8;

const WINDOW_DROPS = 100;
const WINDOW_STARTS = [0.25, 0.6];
/** A window must hold some round trips, or all of its drops are one burst. */
const WINDOW_RTTS = 12;
/** A packet's worth of bytes over the window, and the jitter of time stamps, move the optimum this much. */
const RESCAN_BYTES = 18_000;
const RESCAN_FLOOR = 2e-4;
const RESCAN_CEILING = 0.05;
const RESCAN_STEPS = 12;

/** Rates within this many nats of the best belong to the interval, */
const INTERVAL_NATS = 3;
/** and this share of what the fit leaves unexplained: losses that are not the bucket's shift the optimum. */
const INTERVAL_MISFIT_SHARE = 0.2;
/** Two quartz clocks, the box's and the capture's, may differ by this much (+-100 ppm each at most, typical parts). */
const CLOCK_TOLERANCE = 2e-4;

export interface BucketFit {
  readonly best: BucketScore;
  /** Interval of the rate, bytes per µs. */
  readonly lowRate: number;
  readonly highRate: number;
}

/** At least two drops are needed; `rttUs` separates bursts of drops. */
export function fitBucket(traffic: Traffic, rttUs: number): BucketFit | undefined {
  if (traffic.drops < 2) return undefined;
  const whole = new BucketScorer(traffic);
  const rates = candidateRates(traffic, 0, traffic.count, rttUs, VOTED_CANDIDATES);
  const thin = new BucketScorer(thinned(traffic));
  let best = climb(whole, thin, scan(thin, rates, BOTH_MODES, KEPT_OPTIMA));
  if (best.share < GOOD_SHARE && traffic.drops > 1.5 * WINDOW_DROPS) {
    const other = climb(whole, thin, lengthenWindows(traffic, rttUs));
    if (other.gain > best.gain) best = other;
  }
  if (best.gain <= 0) return undefined;
  if (best.share < GOOD_SHARE && best.mode === FROM_FULL) best = withStartDeficit(whole, best);
  const nats = INTERVAL_NATS + INTERVAL_MISFIT_SHARE * (best.gain / best.share - best.gain);
  return {
    best,
    lowRate: edge(whole, best, -1, nats) * (1 - CLOCK_TOLERANCE),
    highRate: edge(whole, best, 1, nats) * (1 + CLOCK_TOLERANCE),
  };
}

/** Earlier traffic may have left the bucket less than full: then it was empty at the first drop all the same. */
function withStartDeficit(scorer: BucketScorer, best: BucketScore): BucketScore {
  const score = emptyScore();
  scorer.score(best.rate, FROM_FULL, score, false, scorer.deficitForFirstDrop(best));
  return score.gain > best.gain + START_DEFICIT_NATS ? climb(scorer, scorer, [score]) : best;
}

/** Scores every rate in every mode; returns the best few that are not neighbours of each other. */
function scan(
  scorer: BucketScorer,
  rates: readonly number[],
  modes: readonly StartMode[],
  keep: number,
): BucketScore[] {
  const found: BucketScore[] = [];
  const score = emptyScore();
  for (const mode of modes) {
    for (const rate of rates) {
      scorer.score(rate, mode, score, true);
      if (score.gain <= 0 || (found.length >= 4 * keep && score.gain <= found[found.length - 1]!.gain))
        continue;
      found.push({ ...score });
      found.sort((a, b) => b.gain - a.gain);
      if (found.length > 4 * keep) found.pop();
    }
  }
  const kept: BucketScore[] = [];
  for (const candidate of found) {
    if (kept.length >= keep) break;
    const near = kept.some(
      (other) => other.mode === candidate.mode && Math.abs(other.rate / candidate.rate - 1) < 1e-3,
    );
    if (!near) kept.push(candidate);
  }
  return kept;
}

/** Fits short windows and doubles them until they cover all traffic. */
function lengthenWindows(traffic: Traffic, rttUs: number): BucketScore[] {
  const dropAt = new Int32Array(traffic.drops);
  let drops = 0;
  for (let i = 0; i < traffic.count; i++) if (traffic.outcome[i] === DROPPED) dropAt[drops++] = i;
  const optima: BucketScore[] = [];
  for (const share of WINDOW_STARTS) {
    const center = Math.floor(share * drops) + WINDOW_DROPS / 2;
    let length = WINDOW_DROPS;
    let [from, to] = windowAround(dropAt, traffic.count, center, length);
    while (
      (from > 0 || to < traffic.count) &&
      traffic.timeUs[to - 1]! - traffic.timeUs[from]! < WINDOW_RTTS * rttUs
    ) {
      length *= 2;
      [from, to] = windowAround(dropAt, traffic.count, center, length);
    }
    const first = candidateRates(traffic, from, to, rttUs, 2 * VOTED_CANDIDATES);
    let kept = scan(new BucketScorer(traffic, from, to), first, BOTH_MODES, KEPT_OPTIMA);
    while (from > 0 || to < traffic.count) {
      length *= 2;
      [from, to] = windowAround(dropAt, traffic.count, center, length);
      const spanUs = traffic.timeUs[to - 1]! - traffic.timeUs[from]!;
      kept = scan(new BucketScorer(traffic, from, to), ratesNear(kept, spanUs), BOTH_MODES, KEPT_OPTIMA);
    }
    optima.push(...kept);
  }
  return optima;
}

/** Events from `length / 2` drops before the center to as many behind; all of them once that covers every drop. */
function windowAround(dropAt: Int32Array, count: number, center: number, length: number): [number, number] {
  const first = Math.floor(center - length / 2);
  const last = Math.ceil(center + length / 2);
  return [first <= 0 ? 0 : dropAt[first]!, last >= dropAt.length ? count : dropAt[last]!];
}

function ratesNear(scores: readonly BucketScore[], spanUs: number): number[] {
  const rates: number[] = [];
  for (const { rate } of scores) {
    const width = Math.min(RESCAN_CEILING, RESCAN_BYTES / (rate * spanUs) + RESCAN_FLOOR);
    for (let i = -RESCAN_STEPS; i <= RESCAN_STEPS; i++) rates.push(rate * (1 + (width * i) / RESCAN_STEPS));
  }
  rates.sort((a, b) => a - b);
  return rates.filter((rate, i) => i === 0 || rate > rates[i - 1]! * (1 + 1e-7));
}

const CLIMB_FIRST_STEP = 1e-3;
const CLIMB_LAST_STEP = 2e-6;
const CLIMB_SHRINK = 3;
/** A start whose gain is below this share of the best one's is not climbed. */
const FAR_BEHIND = 0.5;
/** Steps below this one count every event. */
const CLIMB_EXACT_STEP = 5e-5;

/** The top of the best optimum, reached from each by ever smaller steps. */
function climb(scorer: BucketScorer, thin: BucketScorer, starts: readonly BucketScore[]): BucketScore {
  let best = emptyScore();
  const score = emptyScore();
  for (const start of starts) {
    if (start.gain < FAR_BEHIND * starts[0]!.gain) continue;
    let top: BucketScore = { ...emptyScore(), rate: start.rate };
    const { mode, startDeficit } = start;
    thin.score(start.rate, mode, score, true, startDeficit);
    if (score.gain > top.gain) top = { ...score };
    let wasRough = true;
    for (let step = CLIMB_FIRST_STEP; step > CLIMB_LAST_STEP; step /= CLIMB_SHRINK) {
      const center = top.rate;
      const roughly = step > CLIMB_EXACT_STEP;
      if (!roughly && wasRough) {
        // Rough gains and exact ones do not compare: start again from here.
        scorer.score(center, mode, score, false, startDeficit);
        top = { ...score };
      }
      wasRough = roughly;
      for (let i = -3; i <= 3; i++) {
        if (i === 0) continue;
        (roughly ? thin : scorer).score(center * (1 + step * i), mode, score, roughly, startDeficit);
        if (score.gain > top.gain) top = { ...score };
      }
      // A start that is far behind after the wide steps will not catch up.
      if (!roughly && top.gain < 0.9 * best.gain) break;
    }
    if (top.gain > best.gain) best = top;
  }
  return best;
}

const EDGE_FIRST_STEP = 4e-6;
const EDGE_GROWTH = 1.7;
/** Steps past a fall that must find no return before the edge is believed. */
const EDGE_PATIENCE = 4;
/** In log rate: a thousandfold. */
const EDGE_LIMIT = 7;

/** Steps outwards (in log rate) until the gain stays below the best by more than `nats`. */
function edge(scorer: BucketScorer, best: BucketScore, sign: 1 | -1, nats: number): number {
  const score = emptyScore();
  let inside = 0;
  let outside = 0;
  let misses = 0;
  for (let step = EDGE_FIRST_STEP; step < EDGE_LIMIT; step *= EDGE_GROWTH) {
    scorer.score(best.rate * Math.exp(sign * step), best.mode, score, false, best.startDeficit);
    if (score.gain >= best.gain - nats) {
      inside = step;
      outside = 0;
      misses = 0;
    } else {
      if (misses === 0) outside = step;
      if (++misses >= EDGE_PATIENCE) break;
    }
  }
  // The edge lies between the last step inside and the first one outside.
  return best.rate * Math.exp(sign * (outside > 0 ? outside : inside));
}
