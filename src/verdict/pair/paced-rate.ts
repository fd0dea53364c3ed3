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
  /** What it holds at the rate in the middle. */
  readonly burstBytes: number;
}

export interface Pace {
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
/** Of the packets before a loss: so many tell at what pace they came. */
const LAST_BYTES = 35_000;
const LAST_US = 150_000;
/** Told: the middle is at most half of it off. */
const NARROW_INTERVAL = 1.09;
/** Less than packets and clocks leave open: hardly any bucket agrees, as with what is lost at random. */
const LEAST_INTERVAL = 1.012;
/** What flows moved at includes what the bucket held at first. */
const LEAST_OF_MOVED = 0.9;

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
  return { lowBps, highBps, burstBytes: (least + most) / 2 };
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
export function pacesOfLine({ highBps }: RateBounds): readonly Pace[] {
  return LINE_FACTORS.map((factor) => {
    const paceBps = factor * highBps;
    const bytes = Math.round(Math.max(LINE_BYTES, (paceBps * BEHIND_US) / 8e6));
    return { paceBps, bytes, restMs: LEAST_REST_MS };
  });
}

/** As fast as the server can: shows what the bucket holds. */
export function burstPace({ lowBps }: RateBounds): Pace {
  return { paceBps: Number.POSITIVE_INFINITY, bytes: BURST_BYTES, restMs: restOf(BURST_BYTES, lowBps) };
}

/** What the next connection is to be sent at; undefined: they have told, or will not. */
export function nextPace(trials: readonly PacedTrial[], bounds: RateBounds): Pace | undefined {
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
  const fillsMs = (8000 * burstBytes) / rateBps;
  return Math.max(LEAST_REST_MS, Math.min(MOST_REST_MS, REST_FACTOR * fillsMs));
}

/** By losses of packets that came at the pace: a queue spreads what it lets by. */
function isTold(trials: readonly PacedTrial[], bucket: PacedBucket): boolean {
  const { lowBps, highBps } = bucket;
  const near = nearLosses(trials, bucket);
  const unspread = near.filter((trial) => lastBps(trial) > (trial.paceBps + Math.sqrt(lowBps * highBps)) / 2);
  const lost = trials.filter(({ isLost, paceBps }) => isLost && Number.isFinite(paceBps));
  const isTelling =
    lost.length >= LEAST_LOST && unspread.length >= LEAST_NEAR && 2 * unspread.length > near.length;
  return isTelling && highBps <= NARROW_INTERVAL * lowBps && highBps >= LEAST_INTERVAL * lowBps;
}

/** At a pace little above the rate: what goes far beyond may be lost for other reasons. */
function nearLosses(
  trials: readonly PacedTrial[],
  { highBps, burstBytes }: PacedBucket,
): readonly PacedTrial[] {
  const mostBps = paceBehind(highBps, NEAR_FACTOR * burstBytes);
  return trials.filter(({ isLost, paceBps }) => isLost && paceBps <= mostBps);
}

/** Of the last part before the loss. */
function lastBps({ arrivals }: PacedTrial): number {
  const end = arrivals.at(-1);
  const begin =
    end && arrivals.findLast(({ us, bytes }) => bytes <= end.bytes - LAST_BYTES && us <= end.us - LAST_US);
  return begin ? ((end.bytes - begin.bytes) * 8e6) / (end.us - begin.us) : 0;
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
  return {
    ...withoutRate(judgement),
    ...{
      slowness: "policed",
      rateBps: Math.sqrt(lowBps * highBps),
      rateLowBps: lowBps,
      rateHighBps: highBps,
    },
    burstBytes,
    evidence: [
      ...judgement.evidence,
      `${trials.length} downloads with the target's name at a steady pace, each up to its first loss: ${formatRate(lowBps)} to ${formatRate(highBps)} behind one bucket agrees with all`,
    ],
  };
}
