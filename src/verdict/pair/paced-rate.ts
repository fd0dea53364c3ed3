/**
 * The rate of a policer out of paced connections, each up to its first loss. From a full bucket on, what passed by then is what it held and
 * what came in since: B + r t, but for less than a packet. Times of two lengths tell r from B; each connection bounds both, and where
 * no r and B agree with all, it is no bucket. Flows that TCP drives tell less: a bucket of some packets is full again before they
 * recover from a loss. Pure.
 */
import { formatRate } from "../../base/units.ts";
import { type PairJudgement, withoutRate } from "./pair-judgement.ts";

/** A connection, from its first packet to the last one before a loss, or to its end: how much had come when. */
export interface PacedTrial {
  readonly paceBps: number;
  readonly arrivals: readonly { readonly us: number; readonly bytes: number }[];
  readonly isLost: boolean;
}

/** Where the rate is looked for. */
export interface RateBounds {
  readonly lowBps: number;
  readonly highBps: number;
}

export interface PacedBucket extends RateBounds {
  /** Its interval ends where the rate was looked for, not where they say. */
  readonly isOpen: boolean;
  /** What it holds at the rate in the middle. */
  readonly burstBytes: number;
}

export interface PacePlan {
  /** Infinite: as fast as it may be, which shows what the bucket holds. */
  readonly paceBps: number;
  readonly bytes: number;
  /** Before it nothing is sent: the bucket fills. */
  readonly restMs: number;
}

const RATE_STEP = 1.002;
/** A paced packet. */
const PACKET_BYTES = 1300;
/** How far packets, and what is late of them behind the box, shift what passes in a span. */
const SLACK_BYTES = 300;
const SLACK_US = 2000;
/** Of all packets that passed at a pace the latest counts; of a burst, or those that were lost, a few. */
const MOST_LATE_US = 5000;
/** What holds less lets no packet pass. */
const LEAST_BURST_BYTES = 1500;
const MOST_BURST_BYTES = 400_000;
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
const MOST_TRIAL_BYTES = 500_000;
const LIKELY_FACTOR = 1.2;
/** Sent beyond what the guess says, in case that it is too low. */
const BEYOND = 1.3;
const LEAST_REST_MS = 250;
const MOST_REST_MS = 1500;
const REST_FACTOR = 1.5;
/** Where between its bounds, by ratio, the rate is taken to be: in turn. */
const SHARES = [0.5, 0.4, 0.6];
const LEAST_NEAR = 3;
/** Of all paced ones: two set rate and bucket, and what is lost at random agrees with them by chance. */
const LEAST_LOST = 4;
/** Each that told little is followed by one that goes on for so much longer. */
const LONGER = 1.4;
const NEAR_FACTOR = 1.5;
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
/** What flows moved at includes what the bucket held at first; of flows of less than so small a share of the rate none was seen. */
const LEAST_OF_MOVED = 0.5;
const MOST_OF_MOVED = 20;

/** Undefined: no bucket within the bounds agrees with all. */
export function bucketOf(trials: readonly PacedTrial[], bounds: RateBounds): PacedBucket | undefined {
  let [lowBps, highBps] = [Number.POSITIVE_INFINITY, 0];
  for (let rateBps = bounds.lowBps; rateBps <= bounds.highBps; rateBps *= RATE_STEP) {
    const { least, most } = holdingAt(trials, rateBps);
    if (least > most) continue;
    lowBps = Math.min(lowBps, rateBps);
    highBps = Math.max(highBps, rateBps);
  }
  if (highBps === 0) return undefined;
  const { least, most } = holdingAt(trials, Math.sqrt(lowBps * highBps));
  const isOpen = lowBps === bounds.lowBps || highBps * RATE_STEP > bounds.highBps;
  return { lowBps, highBps, isOpen, burstBytes: (least + most) / 2 };
}

/** What a bucket that fills at this rate holds, so that it lets all by that passed, and not what was lost. */
function holdingAt(trials: readonly PacedTrial[], rateBps: number): { least: number; most: number } {
  let [least, most] = [LEAST_BURST_BYTES, MOST_BURST_BYTES];
  const slackBytes = SLACK_BYTES + (rateBps * SLACK_US) / 8e6;
  const lateBytes = SLACK_BYTES + (rateBps * MOST_LATE_US) / 8e6;
  for (const { arrivals, isLost, paceBps } of trials) {
    const isPaced = Number.isFinite(paceBps);
    // How far below full it was after each: it is full at first, and never fuller.
    let [missing, beforeUs, beforeBytes] = [0, 0, 0];
    for (const { us, bytes } of arrivals) {
      missing = Math.max(0, missing - (rateBps * (us - beforeUs)) / 8e6) + bytes - beforeBytes;
      least = Math.max(least, missing - (isPaced ? lateBytes : slackBytes));
      [beforeUs, beforeBytes] = [us, bytes];
    }
    // The lost one came a packet's time later: what came in by then was too little as well. A burst may have met the line's end.
    const laterBytes = PACKET_BYTES * (1 - rateBps / paceBps);
    if (isLost && isPaced) most = Math.min(most, missing + laterBytes + slackBytes);
  }
  return { least, most };
}

/** With a neutral name, one after the other until one passes whole: what the line itself lets pass. */
export function pacesOfLine({ lowBps, highBps }: RateBounds): readonly PacePlan[] {
  return LINE_FACTORS.map((factor) => {
    const paceBps = Math.min(factor * highBps, (MOST_OF_MOVED / LEAST_OF_MOVED) * lowBps);
    const behind = Math.min(MOST_TRIAL_BYTES, (paceBps * BEHIND_US) / 8e6);
    const bytes = Math.round(Math.max(LINE_BYTES, behind));
    return { paceBps, bytes, restMs: LEAST_REST_MS };
  });
}

/** As fast as the server can: shows what the bucket holds. */
export function burstPace({ lowBps }: RateBounds): PacePlan {
  return { paceBps: Number.POSITIVE_INFINITY, bytes: BURST_BYTES, restMs: restOf(BURST_BYTES, lowBps) };
}

/** What the next connection is to be sent at; undefined: they have told, or will not. */
export function nextPace(trials: readonly PacedTrial[], bounds: RateBounds): PacePlan | undefined {
  const bucket = bucketOf(trials, bounds);
  if (!bucket || isTold(trials, bucket)) return undefined;
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
  return Math.max(LEAST_REST_MS, Math.min(MOST_REST_MS, REST_FACTOR * fillsMs(burstBytes, rateBps)));
}

function fillsMs(burstBytes: number, rateBps: number): number {
  return (8000 * burstBytes) / rateBps;
}

/** By losses of packets that came at the pace: a queue spreads what it lets by. */
function isTold(trials: readonly PacedTrial[], bucket: PacedBucket): boolean {
  const { lowBps, highBps, isOpen } = bucket;
  const near = nearLosses(trials, bucket);
  const unspread = near.filter((trial) => isUnspread(trial, Math.sqrt(lowBps * highBps)));
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

/** At a pace little above the rate: what goes far beyond may be lost for other reasons. */
function nearLosses(
  trials: readonly PacedTrial[],
  { highBps, burstBytes }: PacedBucket,
): readonly PacedTrial[] {
  const mostBps = paceBehind(highBps, NEAR_FACTOR * burstBytes);
  return trials.filter(({ isLost, paceBps }) => isLost && paceBps <= mostBps);
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

function behindBytes(rateBps: number): number {
  return Math.max(BEHIND_BYTES, (rateBps * BEHIND_US) / 8e6);
}

/** At it a bucket is empty when so much has come in. */
function paceBehind(rateBps: number, burstBytes: number, behind = behindBytes(rateBps)): number {
  return rateBps * (1 + burstBytes / behind);
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
  const bucket = bucketOf(trials, bounds);
  if (!bucket || !isTold(trials, bucket)) return judgement;
  const { lowBps, highBps, burstBytes } = bucket;
  const paced = trials.filter(({ paceBps }) => Number.isFinite(paceBps));
  const lost = paced.filter(({ isLost }) => isLost);
  const isFilled = REST_FACTOR * fillsMs(burstBytes, lowBps) <= MOST_REST_MS;
  return {
    ...withoutRate(judgement),
    ...{
      slowness: "policed",
      rateBps: Math.sqrt(lowBps * highBps),
      rateLowBps: lowBps,
      rateHighBps: highBps,
    },
    ...(isFilled ? { burstBytes } : {}),
    evidence: [
      ...judgement.evidence,
      `${paced.length} downloads with the target's name at a steady pace, ${lost.length} of them until a packet was lost: ${formatRate(lowBps)} to ${formatRate(highBps)} behind one bucket agrees with all`,
    ],
  };
}
