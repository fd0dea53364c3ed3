/**
 * Whether a token bucket dropped this traffic, from the fit and the delay (policing notes, steps 7 to 9).
 */

import type { BucketFit } from "./bucket-fit.ts";
import { fitBucket } from "./bucket-fit.ts";
import type { BucketScore } from "./bucket-score.ts";
import { BucketScorer, EMPTY_AFTER_DROPS, emptyScore } from "./bucket-score.ts";
import { type DelaySigns, delaySigns } from "./delay-signs.ts";
import { judgeQueue, type QueueSign } from "./queue.ts";
import type { Traffic } from "./traffic.ts";
import { DROPPED, isBehindBox } from "./traffic.ts";

const MIN_DROPS_EXPLAINED = 0.35;
const MIN_SHARE = 0.45;
/** Behind the box, when losses happened is known less well: a smaller share of them, with a larger gain. */
const MIN_SHARE_BEHIND_BOX = 0.25;
const MIN_GAIN_BEHIND_BOX = 40;
const MIN_BURSTY_GAIN = 14;
const MIN_BURSTY_SHARE = 0.25;
const MIN_GAIN = 40;
const GREAT_SHARE = 0.9;
/** One heavy burst can gain little over "losses come in bursts"; simulated bursty loss never gained this much. */
const VAST_GAIN = 100;
const VAST_SHARE = 0.6;
const MIN_BLIND_GAIN = 8;
const BLIND_GRID_STEP = 1.12;
const MIN_EPISODES = 3;
/** Tuned on simulated bursty loss (6 to 20 losses) and on the shortest policed trace (58 losses, interval 1:4). */
const MANY_DROPS = 30;
/** Upper over lower end of the interval; more where more losses speak. */
const FIXED_RATE = 5;
/** Every loss and no delivery on its side of the depth, or nearly. */
const PERFECT_SHARE = 0.97;
/** Episodes of loss are separated by this much without a drop, in round trips. */
const EPISODE_RTTS = 1;

export interface BucketJudgement {
  readonly traffic: Traffic;
  readonly fit: BucketFit | undefined;
  readonly signs: DelaySigns;
  readonly queue: QueueSign;
  /** Whether the drops follow a token bucket, a queue's or a policer's. */
  readonly bucketLike: boolean;
  readonly episodes: number;
}

export function judgeBucket(traffic: Traffic, rttUs: number): BucketJudgement {
  const fit = fitBucket(traffic, rttUs);
  const signs = delaySigns(traffic, fit?.best);
  const episodes = countEpisodes(traffic, EPISODE_RTTS * rttUs);
  return {
    traffic,
    fit,
    signs,
    queue: judgeQueue(traffic, signs, fit?.best, episodes),
    bucketLike:
      fit !== undefined &&
      isBucketLike(fit.best, isBehindBox(traffic)) &&
      isRepeated(fit, episodes, traffic.drops),
    episodes,
  };
}

/** Policing notes, step 8. */
function isBucketLike(best: BucketScore, behindBox: boolean): boolean {
  const { dropsExplained, share, gain, burstyGain, burstyShare } = best;
  if (dropsExplained < MIN_DROPS_EXPLAINED) return false;
  if (behindBox && share >= MIN_SHARE_BEHIND_BOX && burstyGain >= MIN_GAIN_BEHIND_BOX) return true;
  if (share < MIN_SHARE) return false;
  if (gain >= VAST_GAIN && share >= VAST_SHARE) return true;
  if (burstyGain >= MIN_BURSTY_GAIN && burstyShare >= MIN_BURSTY_SHARE) return true;
  return gain >= MIN_GAIN && (burstyGain >= MIN_BURSTY_GAIN || share >= GREAT_SHARE);
}

/** One or two bursts of loss look like any bucket's: then there must be many losses, and a rate that they fix. */
function isRepeated({ best, lowRate, highRate }: BucketFit, episodes: number, drops: number): boolean {
  if (episodes >= MIN_EPISODES) return true;
  if (highRate / lowRate > FIXED_RATE * Math.max(1, (drops / MANY_DROPS) ** 1.5)) return false;
  return drops >= MANY_DROPS || (episodes >= 2 && best.share >= PERFECT_SHARE);
}

/** Runs of drops with at least `gapUs` between them. */
export function countEpisodes(traffic: Traffic, gapUs: number): number {
  let episodes = 0;
  let lastUs = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < traffic.count; i++) {
    if (traffic.outcome[i] !== DROPPED) continue;
    if (traffic.timeUs[i]! - lastUs >= gapUs) episodes++;
    lastUs = traffic.timeUs[i]!;
  }
  return episodes;
}

/** The best rate when the bucket also serves traffic that is not seen; undefined when that explains nothing. */
export function fitBlind(traffic: Traffic): BucketScore | undefined {
  if (traffic.drops < 3) return undefined;
  let bytes = 0;
  for (let i = 0; i < traffic.count; i++) if (traffic.outcome[i] !== DROPPED) bytes += traffic.wireBytes[i]!;
  const mean = bytes / (traffic.timeUs[traffic.count - 1]! - traffic.timeUs[0]!);
  if (!(mean > 0)) return undefined;
  const scorer = new BucketScorer(traffic);
  const score = emptyScore();
  let best = emptyScore();
  for (let rate = mean / 4; rate < mean * 40; rate *= BLIND_GRID_STEP) {
    scorer.score(rate, EMPTY_AFTER_DROPS, score);
    if (score.burstyGain > best.burstyGain) best = { ...score };
  }
  return best.burstyGain >= MIN_BLIND_GAIN ? best : undefined;
}
