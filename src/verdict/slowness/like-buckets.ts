/**
 * One rate and depth for several connections that each had a bucket of their own, full at first, from packets captured
 * behind the box. A packet that arrived proves that its bucket held it; a gap that was filled later, that the bucket held
 * less than a packet at some moment between the neighbours of the gap. A small bucket keeps a flow below its rate, so that
 * one flow leaves rate and depth open; what all of them prove together leaves little.
 * Every inequality that a rate and a depth break costs the time by which a packet must have come early or late for it; what
 * they keep costs nothing, so that the interval is no narrower than what is proved.
 * Bounds: one pair of rate and depth for each 0.5 % and 50 bytes, most given up after some packets; at most MOST_FLOWS flows.
 * Rates here are bytes per µs.
 */
import { likelihoodInterval } from "../../stats/likelihood-interval.ts";
import { DELIVERED, LOST, type Transfer } from "../../transfer/transfer.ts";
import type { RateInterval } from "./finding.ts";

/** Between two of these the level may be off by half of this share of what came in since the bucket was full, or empty. */
const RATE_STEP = 1.005;
const RATE_DOUBT = (RATE_STEP - 1) / 2;
/** Deeper ones let a window pass: flows then show their rate by themselves. */
const DEEPEST_BYTES = 20_000;
/** Three full packets: a packet or two could be made of the doubt alone when a loss happened (bucket-score.ts). */
const SHALLOWEST_BYTES = 4500;
const DEPTH_STEP = 50;
/** Of rates and of depths, one in so many is looked at first: what is far behind the best of those is soon given up. */
const FIRST_STRIDE = 8;
/** What a depth between two of those that are tried is off by. */
const SLACK_BYTES = DEPTH_STEP / 2;
/**
 * Time between box and capture varies by about this: a radio link's scheduler, or a busy machine. Of 0.3, 1 and 3 ms: in 65 cases of
 * the laboratory's drawn policers and shapers, one of 34 good and narrow intervals missed the box's rate, none of 35, and two of 35.
 */
const JITTER_US = 1000;
/** Nats; a packet that waited for long somewhere, or a loss that is not the box's, spoils no more than this. */
const MOST_FOR_PASS = 5;
const MOST_FOR_GAP = 3.5;
/** Pairs so far behind the best weigh nothing; nor do those that leave this share of the gaps unexplained. */
const GIVEN_UP_NATS = 12;
const HOPELESS_SHARE = 0.5;
const MOST_FLOWS = 16;
/** Rates within this many nats of the best belong to the interval: a half of chi square's 3.84, though what a nat is here was chosen. */
const INTERVAL_NATS = 1.92;

export interface LikeBuckets extends RateInterval {
  readonly burstBytes: number;
  /** The search ended there, and not what suits the packets. */
  readonly isOpenAbove: boolean;
  /** Runs of lost packets that were filled later. */
  readonly gaps: number;
  /** Shares of gaps and of packets that rate and depth do not account for. */
  readonly strayGaps: number;
  readonly strayPackets: number;
}

/** One flow: packets and gaps in order of time. */
interface Course {
  readonly count: number;
  readonly gaps: number;
  readonly timeUs: Float64Array;
  readonly wireBytes: Float64Array;
  /** PASSES, OPENS (a gap; its first packet's size) or REVEALS (the first packet behind a gap, which passes). */
  readonly what: Uint8Array;
}

const PASSES = 0;
const OPENS = 1;
const REVEALS = 2;

/**
 * Undefined where no rate between `lowBps` and `highBps`, with a bucket of at most 20 kB, accounts for half of the gaps, and where
 * what suits them ends where the search does, but for its highest rate; nor where `isTimeUp` (asked once for each rate) ends it.
 */
export function fitLikeBuckets(
  transfers: readonly Transfer[],
  lowBps: number,
  highBps: number,
  isTimeUp: () => boolean = () => false,
): LikeBuckets | undefined {
  const courses = transfers.slice(0, MOST_FLOWS).map(courseOf);
  const gaps = courses.reduce((sum, course) => sum + course.gaps, 0);
  if (gaps === 0) return undefined;
  const rates: number[] = [];
  for (let bps = lowBps; bps <= highBps; bps *= RATE_STEP) rates.push(bps / 8e6);
  // Of each rate the depth that suits it best: how many others do as well says nothing for it.
  const costs = new Float64Array(rates.length).fill(Number.POSITIVE_INFINITY);
  const depths = new Float64Array(rates.length);
  let most = HOPELESS_SHARE * MOST_FOR_GAP * gaps;
  for (let at = 0; at < rates.length; at += FIRST_STRIDE) {
    if (isTimeUp()) return undefined;
    for (let depth = SHALLOWEST_BYTES; depth <= DEEPEST_BYTES; depth += FIRST_STRIDE * DEPTH_STEP)
      most = Math.min(most, costOf(courses, rates[at]!, depth, most) + GIVEN_UP_NATS);
  }
  let best = -1;
  for (let at = 0; at < rates.length; at++) {
    if (isTimeUp()) return undefined;
    for (let depth = SHALLOWEST_BYTES; depth <= DEEPEST_BYTES; depth += DEPTH_STEP) {
      const cost = costOf(courses, rates[at]!, depth, Math.min(most, costs[at]!));
      if (cost > most || cost >= costs[at]!) continue;
      costs[at] = cost;
      depths[at] = depth;
      if (best >= 0 && cost >= costs[best]!) continue;
      best = at;
      most = Math.min(most, cost + GIVEN_UP_NATS);
    }
  }
  if (best < 0) return undefined;
  if (costs[best]! + INTERVAL_NATS > HOPELESS_SHARE * MOST_FOR_GAP * gaps) return undefined;
  // What the search itself cuts off is no end of an interval.
  const { from, to, middle } = likelihoodInterval(costs, INTERVAL_NATS);
  const burstBytes = depths[middle]!;
  const isDepthOpen = burstBytes <= SHALLOWEST_BYTES || burstBytes + DEPTH_STEP > DEEPEST_BYTES;
  if (from === 0 || isDepthOpen) return undefined;
  const tally = { strayGaps: 0, packets: 0, strayPackets: 0 };
  costOf(courses, rates[middle]!, burstBytes, Number.POSITIVE_INFINITY, tally);
  return {
    rateBps: rates[middle]! * 8e6,
    rateLowBps: (rates[from]! * 8e6) / RATE_STEP,
    rateHighBps: rates[to]! * 8e6 * RATE_STEP,
    isOpenAbove: to === rates.length - 1,
    burstBytes,
    gaps,
    strayGaps: tally.strayGaps / gaps,
    strayPackets: tally.strayPackets / tally.packets,
  };
}

/** Lost packets in a row are one gap. What was never filled is none: nobody knows that it was sent. */
function courseOf({ rows }: Transfer): Course {
  const timeUs = new Float64Array(rows.count);
  const wireBytes = new Float64Array(rows.count);
  const what = new Uint8Array(rows.count);
  let count = 0;
  let gaps = 0;
  let highest = -1;
  let isOpen = false;
  for (let row = 0; row < rows.count; row++) {
    const outcome = rows.outcome[row];
    const isLost = outcome === LOST;
    if ((!isLost && outcome !== DELIVERED) || (isLost && isOpen)) continue;
    // What comes from before the gap while it is open was sent again.
    const reveals = isOpen && rows.offset[row]! > highest;
    timeUs[count] = rows.timeUs[row]!;
    wireBytes[count] = rows.ipBytes[row]!;
    what[count++] = isLost ? OPENS : reveals ? REVEALS : PASSES;
    if (reveals) gaps++;
    if (isLost || reveals) isOpen = isLost;
    highest = Math.max(highest, rows.offset[row]!);
  }
  return { count, gaps, timeUs, wireBytes, what };
}

interface Tally {
  strayGaps: number;
  packets: number;
  strayPackets: number;
}

/** In nats; past `most` it is given up. */
function costOf(
  courses: readonly Course[],
  rate: number,
  depth: number,
  most: number,
  tally?: Tally,
): number {
  const perByte = 1 / (rate * JITTER_US);
  let cost = 0;
  for (const { count, timeUs, wireBytes, what } of courses) {
    let deficit = 0;
    let lastUs = timeUs[0]!;
    let knownUs = lastUs;
    /** The most that the bucket lacked while the gap was open, and the size of what was lost. */
    let lacked = 0;
    let lostBytes = 0;
    for (let i = 0; i < count; i++) {
      if (what[i] === OPENS) {
        lacked = deficit;
        lostBytes = wireBytes[i]!;
        continue;
      }
      const now = timeUs[i]!;
      const slack = SLACK_BYTES + RATE_DOUBT * rate * (now - knownUs);
      if (what[i] === REVEALS) {
        const short = depth - slack - lacked - lostBytes;
        const add = short > 0 ? Math.min(MOST_FOR_GAP, short * perByte) : 0;
        cost += add;
        if (cost > most) return cost;
        if (tally && add > MOST_FOR_GAP / 2) tally.strayGaps++;
      }
      deficit -= rate * (now - lastUs);
      lastUs = now;
      if (deficit < 0) {
        deficit = 0;
        knownUs = now;
      }
      deficit += wireBytes[i]!;
      const over = deficit - depth - slack;
      if (over > 0) {
        const add = Math.min(MOST_FOR_PASS, over * perByte);
        cost += add;
        if (cost > most) return cost;
        if (tally && add > MOST_FOR_PASS / 2) tally.strayPackets++;
      }
      if (tally) tally.packets++;
      // It passed, so the bucket did hold it.
      if (deficit > depth) {
        deficit = depth;
        knownUs = now;
      }
      if (deficit > lacked) lacked = deficit;
    }
  }
  return cost;
}
