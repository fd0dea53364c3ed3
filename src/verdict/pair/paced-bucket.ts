/**
 * The token buckets that agree with paced connections, each of which ran to its first loss. From a full bucket on, what passed by then is what it
 * held and what came in since: B + r t, but for less than a packet. Times of two lengths tell r from B; each connection bounds both. Pure.
 */

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

const RATE_STEP = 1.002;
/** A paced packet. */
const PACKET_BYTES = 1300;
/** How far packets, and what is late of them behind the box, shift what passes in a span. Tuned on the ten cases of `bench:probe`, seed 9996, that had withheld rates. */
const SLACK_BYTES = 300;
const SLACK_US = 2000;
/** Of all packets that passed at a pace the latest counts; of a burst, or those that were lost, a few. */
const MOST_LATE_US = 5000;
/** What holds less lets no packet pass. */
const LEAST_BURST_BYTES = 1500;
export const MOST_BURST_BYTES = 400_000;

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
  const { least, most } = holdingAt(trials, middleOf({ lowBps, highBps }));
  const isOpen = lowBps === bounds.lowBps || highBps * RATE_STEP > bounds.highBps;
  return { lowBps, highBps, isOpen, burstBytes: (least + most) / 2 };
}

/** What a bucket that fills at this rate holds, so that it lets all by that passed, and not what was lost. */
export function holdingAt(trials: readonly PacedTrial[], rateBps: number): { least: number; most: number } {
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

/** Rates are told apart by their ratio. */
export function middleOf({ lowBps, highBps }: RateBounds): number {
  return Math.sqrt(lowBps * highBps);
}
