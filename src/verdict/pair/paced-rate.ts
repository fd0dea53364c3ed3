/**
 * The rate of a policer out of paced connections: what the bucket that agrees with all of them (paced-bucket.ts) must show to be told, and what it adds
 * to a judgement. Flows that TCP drives tell less: a bucket of some packets is full again before they recover from a loss. Pure.
 */
import { formatRate } from "../../base/units.ts";
import { isFilled, nearLosses } from "./pace-plan.ts";
import { bucketOf, middleOf, type PacedBucket, type PacedTrial, type RateBounds } from "./paced-bucket.ts";
import { type PairJudgement, withoutRate } from "./pair-judgement.ts";

const LEAST_NEAR = 3;
/** Of all paced ones: two set rate and bucket, and what is lost at random agrees with them by chance. */
const LEAST_LOST = 4;
/** The longest time to a loss beside the shortest, so that rate and bucket are told apart. */
const SPAN_FACTOR = 1.5;
/** Of the bytes before a loss the later half came at the pace. */
const LAST_SHARE = 0.5;
/** Several times what single packets are late by. */
const LEAST_SPREAD_US = 8000;
/** A timer that is late makes up for it by some packets at once. */
const PART_BYTES = 20_000;
const FASTER = 1.4;
/** Told: the middle is at most half of it off. */
const NARROW_INTERVAL = 1.09;
/** Less than packets and clocks leave open: hardly any bucket agrees, as with what is lost at random. */
const LEAST_INTERVAL = 1.012;
/** What flows moved at includes what the bucket held at first. */
const LEAST_OF_MOVED = 0.5;

/** Undefined: they do not tell it, or not yet. */
export function toldBucket(trials: readonly PacedTrial[], bounds: RateBounds): PacedBucket | undefined {
  const bucket = bucketOf(trials, bounds);
  return bucket && isTold(trials, bucket) ? bucket : undefined;
}

/** By losses of packets that came at the pace: a queue spreads what it lets by. */
function isTold(trials: readonly PacedTrial[], bucket: PacedBucket): boolean {
  const { lowBps, highBps, isOpen } = bucket;
  const near = nearLosses(trials, bucket);
  const unspread = near.filter((trial) => isUnspread(trial, middleOf(bucket)));
  const lost = trials.filter(({ isLost, paceBps }) => isLost && Number.isFinite(paceBps));
  const spans = lost.map(({ arrivals }) => arrivals.at(-1)!.us - arrivals[0]!.us);
  const isTelling =
    lost.length >= LEAST_LOST &&
    unspread.length >= LEAST_NEAR &&
    2 * unspread.length > near.length &&
    Math.max(...spans) >= SPAN_FACTOR * Math.min(...spans);
  const isNarrow = highBps <= NARROW_INTERVAL * lowBps && highBps >= LEAST_INTERVAL * lowBps;
  return isTelling && isNarrow && !isOpen;
}

/** A queue's packets come at its rate: late, by a time that can be told, and half of it counts. */
function isUnspread({ arrivals, paceBps }: PacedTrial, rateBps: number): boolean {
  const end = arrivals.at(-1)!;
  const begin = arrivals.findLast(({ bytes }) => bytes <= end.bytes * (1 - LAST_SHARE));
  if (!begin) return false;
  const bits = 8e6 * (end.bytes - begin.bytes);
  const lateUs = end.us - begin.us - bits / paceBps;
  const expectedUs = bits / rateBps - bits / paceBps;
  return expectedUs >= LEAST_SPREAD_US && lateUs < expectedUs / 2;
}

/** False where a part came far faster: the server keeps no pace. */
export function isAtPace({ arrivals, paceBps }: PacedTrial): boolean {
  let from = 0;
  return arrivals.every(({ us, bytes }) => {
    while (bytes - (arrivals[from + 1]?.bytes ?? bytes) >= PART_BYTES) from++;
    const { us: fromUs, bytes: fromBytes } = arrivals[from]!;
    return bytes - fromBytes < PART_BYTES || ((bytes - fromBytes) * 8e6) / (us - fromUs) <= FASTER * paceBps;
  });
}

/**
 * Where to look, of a target that is held by its name to a rate that its flows leave open; undefined: nothing is left open, or it is another
 * direction's.
 */
export function pacedBounds(judgement: PairJudgement): RateBounds | undefined {
  const { state, slowness, isUnpaired, direction, rateBps, heldBps, targetBps, controlBps } = judgement;
  const movedBps = heldBps ?? targetBps;
  const isOpen = state === "throttled" && (slowness === "policed" || slowness === "undecided") && !rateBps;
  if (!isOpen || isUnpaired || direction === "up" || !movedBps || !controlBps) return undefined;
  return { lowBps: LEAST_OF_MOVED * movedBps, highBps: controlBps };
}

/** What paced connections add: the rate, and that what exceeds it is lost. */
export function withPacedRate(
  judgement: PairJudgement,
  trials: readonly PacedTrial[],
  bounds: RateBounds,
): PairJudgement {
  const bucket = toldBucket(trials, bounds);
  if (!bucket) return judgement;
  const { lowBps, highBps, burstBytes } = bucket;
  const paced = trials.filter(({ paceBps }) => Number.isFinite(paceBps));
  const lost = paced.filter(({ isLost }) => isLost);
  return {
    ...withoutRate(judgement),
    ...{ slowness: "policed", rateBps: middleOf(bucket), rateLowBps: lowBps, rateHighBps: highBps },
    ...(isFilled(bucket) ? { burstBytes } : {}),
    evidence: [
      ...judgement.evidence,
      `${paced.length} downloads with the target's name at a steady pace, ${lost.length} of them until a packet was lost: ${formatRate(lowBps)} to ${formatRate(highBps)} behind one bucket agrees with all`,
    ],
  };
}
