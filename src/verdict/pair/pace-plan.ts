/**
 * At what pace the next connection is sent: where its first loss tells most of the rates that agree with those before it (paced-bucket.ts). The
 * constants were tuned on the ten cases of `bench:probe`, seed 9996, that had withheld rates. Pure.
 */
import {
  bucketOf,
  holdingAt,
  MOST_BURST_BYTES,
  type PacedBucket,
  type PacedTrial,
  type RateBounds,
} from "./paced-bucket.ts";

export interface PacePlan {
  /** Infinite: as fast as it may be, which shows what the bucket holds. */
  readonly paceBps: number;
  readonly bytes: number;
  /** Before it nothing is sent: the bucket fills. */
  readonly restMs: number;
}

const BURST_BYTES = 64_000;
/** Behind the bucket so much is to come in before the loss: a packet is then 2 % of it; and for so long, that timers do not count. */
const BEHIND_BYTES = 60_000;
const BEHIND_US = 300_000;
/** While the bounds are farther apart than this a part of it tells which half it is. */
const WIDE_INTERVAL = 2;
const WIDE_SHARE = 0.5;
/** Of what whole flows moved at, slow start included. */
const LINE_FACTORS = [2, 0.8];
const LINE_BYTES = 120_000;
/** Of the lowest rate looked for: flows of less than so small a share of the rate were not seen. */
const MOST_OF_LOWEST = 40;
const MOST_TRIAL_BYTES = 500_000;
/** What a bucket holds beside the least that a burst showed. */
const LIKELY_FACTOR = 1.2;
/** Sent beyond what the guess says, in case that it is too low. */
const BEYOND = 1.3;
const LEAST_REST_MS = 250;
const MOST_REST_MS = 1500;
const REST_FACTOR = 1.5;
/** Where between its bounds, by ratio, the rate is taken to be: in turn. */
const SHARES = [0.5, 0.4, 0.6];
/** Each that told little is followed by one that goes on for so much longer. */
const LONGER = 1.4;
/** Of the depth: beyond, a pace is no longer near the rate. */
const NEAR_FACTOR = 1.5;

/** With a neutral name, one after the other until one passes whole: what the line itself lets pass. */
export function pacesOfLine({ lowBps, highBps }: RateBounds): readonly PacePlan[] {
  return LINE_FACTORS.map((factor) => {
    const paceBps = Math.min(factor * highBps, MOST_OF_LOWEST * lowBps);
    const behind = Math.min(MOST_TRIAL_BYTES, (paceBps * BEHIND_US) / 8e6);
    const bytes = Math.round(Math.max(LINE_BYTES, behind));
    return { paceBps, bytes, restMs: LEAST_REST_MS };
  });
}

/** As fast as the server can: shows what the bucket holds. */
export function burstPace({ lowBps }: RateBounds): PacePlan {
  return { paceBps: Number.POSITIVE_INFINITY, bytes: BURST_BYTES, restMs: restOf(BURST_BYTES, lowBps) };
}

/** What the next connection is to be sent at; undefined: they will not tell. */
export function nextPace(trials: readonly PacedTrial[], bounds: RateBounds): PacePlan | undefined {
  const bucket = bucketOf(trials, bounds);
  if (!bucket) return undefined;
  const { lowBps, highBps } = bucket;
  const middleBps = lowBps * (highBps / lowBps) ** SHARES[trials.length % SHARES.length]!;
  // Before a paced one was lost only the least is known of what it holds.
  const { least, most } = holdingAt(trials, middleBps);
  const burstBytes = most < MOST_BURST_BYTES ? (least + most) / 2 : LIKELY_FACTOR * least;
  const isWide = highBps > WIDE_INTERVAL * lowBps;
  const near = nearLosses(trials, bucket).length;
  const behind = behindBytes(middleBps) * (isWide ? WIDE_SHARE : LONGER ** near);
  return {
    paceBps: Math.min(bounds.highBps, paceBehind(middleBps, burstBytes, behind)),
    bytes: Math.round(Math.min(MOST_TRIAL_BYTES, BEYOND * (burstBytes + behind))),
    restMs: restOf(burstBytes, lowBps),
  };
}

/** Until a bucket is full again. */
function restOf(burstBytes: number, rateBps: number): number {
  return Math.max(LEAST_REST_MS, Math.min(MOST_REST_MS, fillingMs(burstBytes, rateBps)));
}

function fillingMs(burstBytes: number, rateBps: number): number {
  return (REST_FACTOR * 8000 * burstBytes) / rateBps;
}

/** Before each connection it was full. */
export function isFilled({ burstBytes, lowBps }: PacedBucket): boolean {
  return fillingMs(burstBytes, lowBps) <= MOST_REST_MS;
}

/** At a pace little above the rate: what goes far beyond may be lost for other reasons. */
export function nearLosses(
  trials: readonly PacedTrial[],
  { highBps, burstBytes }: PacedBucket,
): readonly PacedTrial[] {
  const mostBps = paceBehind(highBps, NEAR_FACTOR * burstBytes);
  return trials.filter(({ isLost, paceBps }) => isLost && paceBps <= mostBps);
}

function behindBytes(rateBps: number): number {
  return Math.max(BEHIND_BYTES, (rateBps * BEHIND_US) / 8e6);
}

/** At it a bucket is empty when so much has come in. */
function paceBehind(rateBps: number, burstBytes: number, behind = behindBytes(rateBps)): number {
  return rateBps * (1 + burstBytes / behind);
}
