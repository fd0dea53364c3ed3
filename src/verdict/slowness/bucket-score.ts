/**
 * How well "a token bucket of this rate dropped these packets" explains which packets were lost.
 * The deficit is what the bucket lacks of being full; a packet of w bytes is dropped when deficit + w exceeds the depth.
 * Two likelihood gains over "losses are independent of the deficit": against plain random loss and against loss that
 * comes in bursts (policing notes, steps 3 and 4). Rates here are bytes per µs.
 */
import type { Traffic } from "./traffic.ts";
import { DROPPED, isBehindBox, PASSED, UNKNOWN } from "./traffic.ts";

/** Shares of the drops that may lie below the depth: jitter between capture and box, and other losses. */
const DROPS_BELOW = [0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5];
const THRESHOLDS = DROPS_BELOW.length;
/** Quantiles of the levels at drops are taken from this many of them. */
const MARKER_DROPS = 256;
/** A rough count looks at this many passes and as many drops. */
const SAMPLE_EVENTS = 1500;
const BIN_TABLE = 64;
/**
 * Behind the box, when a packet was dropped is known only to lie between two arrivals: a depth of a packet or two could
 * be made of that doubt alone.
 */
const MIN_DEPTH_BEHIND_BOX_BYTES = 3 * 1518;
/** What is left in a bucket that dropped a full packet: between nothing and one packet. */
const LEFT_AFTER_DROP_BYTES = 759;
/** With unseen traffic in the bucket, this share of the drops, and as many drops, must be explained. */
const MIN_BLIND_SHARE = 0.9;
const MIN_BLIND_DROPS = 3;

/** The bucket lacks BucketScore.startDeficit bytes at the first packet, usually none. */
export const FROM_FULL = 0;
/** The bucket is empty at the first drop; what it held before is unknown. */
export const FROM_FIRST_DROP = 1;
/**
 * Empty after every drop, whatever passed before: for traffic that shares its bucket with traffic that is not seen.
 * Levels are then tokens below zero, since the depth does not matter.
 */
export const EMPTY_AFTER_DROPS = 2;
export type StartMode = typeof FROM_FULL | typeof FROM_FIRST_DROP | typeof EMPTY_AFTER_DROPS;

export interface BucketScore {
  /** Log likelihood gain in nats over random loss, and over bursty loss. */
  gain: number;
  burstyGain: number;
  /** The part of burstyGain from losses that begin a burst: those that bursty loss would place at random. */
  onsetGain: number;
  /** Gains as shares of what a perfect explanation would gain. */
  share: number;
  burstyShare: number;
  /** Share of drops at or above the depth. */
  dropsExplained: number;
  /** deficit + size above which packets were dropped, bytes. */
  depthBytes: number;
  rate: number;
  mode: StartMode;
  /** What the bucket lacks at the first packet, bytes; only with FROM_FULL. */
  startDeficit: number;
}

const NOTHING: BucketScore = {
  gain: 0,
  burstyGain: 0,
  onsetGain: 0,
  share: 0,
  burstyShare: 0,
  dropsExplained: 0,
  depthBytes: 0,
  rate: 0,
  mode: FROM_FULL,
  startDeficit: 0,
};

export function emptyScore(): BucketScore {
  return { ...NOTHING };
}

/** Log likelihood of k of n at the observed share, nats. */
function binomial(k: number, n: number): number {
  if (n <= 0 || k <= 0 || k >= n) return 0;
  return k * Math.log(k / n) + (n - k) * Math.log(1 - k / n);
}

/** The scored events that a count looks at: all, or all drops' worth of a sample. */
interface View {
  /** Indexes of passes and drops, from `from`. */
  readonly events: Int32Array;
  /** How many events each one stands for. */
  readonly passWeight: number;
  readonly dropWeight: number;
  /** First of `events` at or behind the first drop. */
  readonly firstDrop: number;
  /** Events by whether they follow a drop and whether they are one: all, and those `begin` (below) leaves. */
  readonly totals: Float64Array;
  readonly totalsFromFirstDrop: Float64Array;
}

/** Scores rates against one stretch of traffic; owns the scratch, so a scan over rates allocates nothing. */
export class BucketScorer {
  readonly traffic: Traffic;
  readonly from: number;
  readonly to: number;
  readonly drops: number;
  /** The depth lies at least this far above the lowest level, bytes. */
  readonly #minimumDepth: number;
  /** Index of the first drop, or -1. */
  readonly #firstDrop: number;
  readonly #level: Float64Array;
  readonly #whole: View;
  readonly #sample: View;
  /** Drops whose levels place the thresholds. */
  readonly #markers: Int32Array;
  readonly #markerLevels: Float64Array;
  readonly #thresholds = new Float64Array(THRESHOLDS);
  /** Which threshold a level lies at, by where it lies between the lowest and the highest one. */
  readonly #bins = new Uint8Array(BIN_TABLE);
  /** Passes and drops in turn, by threshold and by whether they follow a drop. */
  readonly #counts = new Float64Array(4 * (THRESHOLDS + 1));

  constructor(traffic: Traffic, from = 0, to = traffic.count) {
    this.#minimumDepth = isBehindBox(traffic) ? MIN_DEPTH_BEHIND_BOX_BYTES : 0;
    this.traffic = traffic;
    this.from = from;
    this.to = to;
    this.#level = new Float64Array(to - from);
    const events = new Int32Array(to - from);
    let scored = 0;
    let drops = 0;
    let firstDrop = -1;
    for (let i = from; i < to; i++) {
      if (traffic.outcome[i] === UNKNOWN) continue;
      events[scored++] = i - from;
      if (traffic.outcome[i] !== DROPPED) continue;
      if (firstDrop < 0) firstDrop = i;
      drops++;
    }
    this.drops = drops;
    this.#firstDrop = firstDrop;
    this.#whole = view(traffic, from, events.subarray(0, scored), firstDrop, Number.POSITIVE_INFINITY);
    this.#sample = view(traffic, from, events.subarray(0, scored), firstDrop, SAMPLE_EVENTS);
    this.#markers = chosen(traffic, from, events.subarray(0, scored), DROPPED, MARKER_DROPS);
    this.#markerLevels = new Float64Array(this.#markers.length);
  }

  /** Deficit + size at every event for a rate, the index from `from`; valid until the next call. */
  levels(rate: number, mode: StartMode, startDeficit = 0): Float64Array {
    if (mode === EMPTY_AFTER_DROPS) return this.#levelsAfterDrops(rate);
    const { timeUs, wireBytes, outcome } = this.traffic;
    const { from, to } = this;
    const level = this.#level;
    const start = mode === FROM_FULL ? from : this.#firstDrop;
    const floor = mode === FROM_FULL ? 0 : Number.NEGATIVE_INFINITY;
    let deficit = startDeficit;
    let lastUs = timeUs[start]!;
    for (let i = start; i < to; i++) {
      const now = timeUs[i]!;
      deficit -= rate * (now - lastUs);
      if (deficit < floor) deficit = floor;
      lastUs = now;
      const after = deficit + wireBytes[i]!;
      level[i - from] = after;
      if (outcome[i] !== DROPPED) deficit = after;
    }
    return level;
  }

  /** What the bucket must have lacked at the start to be empty at the first drop. */
  deficitForFirstDrop(score: BucketScore): number {
    if (score.mode !== FROM_FULL || this.drops === 0) return 0;
    const level = this.levels(score.rate, FROM_FULL)[this.#firstDrop - this.from]!;
    return Math.max(0, score.depthBytes - level);
  }

  #levelsAfterDrops(rate: number): Float64Array {
    const { timeUs, wireBytes, outcome } = this.traffic;
    const { from, to } = this;
    const level = this.#level;
    let tokens = 0;
    let lastUs = timeUs[this.#firstDrop]!;
    for (let i = this.#firstDrop; i < to; i++) {
      const now = timeUs[i]!;
      tokens += rate * (now - lastUs);
      lastUs = now;
      level[i - from] = -tokens;
      if (outcome[i] === DROPPED) tokens = LEFT_AFTER_DROP_BYTES;
      else tokens = Math.max(0, tokens - wireBytes[i]!);
    }
    return level;
  }

  /** Scores one rate; `into` is overwritten. `roughly` counts a sample of the events: for comparing rates only. */
  score(rate: number, mode: StartMode, into: BucketScore, roughly = false, startDeficit = 0): void {
    Object.assign(into, NOTHING);
    into.rate = rate;
    into.mode = mode;
    into.startDeficit = startDeficit;
    if (this.drops === 0) return;
    const level = this.levels(rate, mode, startDeficit);
    const distinct = this.#setThresholds(level);
    const view = roughly ? this.#sample : this.#whole;
    const begin = mode === FROM_FULL ? 0 : view.firstDrop;
    // Nothing is known of a bucket before its first drop: that one is not scored.
    if (mode === EMPTY_AFTER_DROPS) level[this.#firstDrop - this.from] = Number.NEGATIVE_INFINITY;
    this.#count(level, view, begin, distinct);
    this.#best(distinct, view, into);
  }

  #setThresholds(level: Float64Array): number {
    const markers = this.#markers;
    const sorted = this.#markerLevels;
    const size = markers.length;
    for (let j = 0; j < size; j++) sorted[j] = level[markers[j]!]!;
    sorted.sort();
    const thresholds = this.#thresholds;
    let distinct = 0;
    for (let q = 0; q < THRESHOLDS; q++) {
      const value = sorted[Math.min(size - 1, Math.floor(DROPS_BELOW[q]! * size))]!;
      if (distinct === 0 || value > thresholds[distinct - 1]!) thresholds[distinct++] = value;
    }
    return distinct;
  }

  /** The lowest level of the latest rate. */
  #lowest(mode: StartMode): number {
    if (mode !== FROM_FIRST_DROP) return 0;
    let lowest = Number.POSITIVE_INFINITY;
    for (let i = this.#firstDrop; i < this.to; i++) lowest = Math.min(lowest, this.#level[i - this.from]!);
    return lowest;
  }

  /** Counts by bin: 0 below the lowest threshold, b at or above threshold b - 1. */
  #count(level: Float64Array, view: View, begin: number, distinct: number): void {
    const { outcome, afterDrop } = this.traffic;
    const { from } = this;
    const { events } = view;
    const thresholds = this.#thresholds;
    const counts = this.#counts.fill(0);
    const bins = this.#bins;
    const lowest = thresholds[0]!;
    const highest = thresholds[distinct - 1]!;
    const scale = highest > lowest ? (BIN_TABLE - 1) / (highest - lowest) : 0;
    for (let cell = 0, bin = 1; cell < BIN_TABLE; cell++) {
      while (bin < distinct && (thresholds[bin]! - lowest) * scale < cell) bin++;
      bins[cell] = bin;
    }
    for (let e = begin; e < events.length; e++) {
      const i = events[e]!;
      const value = level[i]!;
      if (value < lowest) continue;
      let bin = distinct;
      if (value < highest) {
        bin = bins[((value - lowest) * scale) | 0]!;
        while (bin < distinct && value >= thresholds[bin]!) bin++;
      }
      counts[4 * bin + 2 * afterDrop[i + from]! + outcome[i + from]!]!++;
    }
    // What is not at or above the lowest threshold is below it.
    const totals = begin === 0 ? view.totals : view.totalsFromFirstDrop;
    for (let cell = 0; cell < 4; cell++) {
      let below = totals[cell]!;
      for (let bin = 1; bin <= distinct; bin++) below -= counts[4 * bin + cell]!;
      counts[cell] = below;
    }
  }

  /** Takes the threshold with the highest gain. */
  #best(distinct: number, view: View, into: BucketScore): void {
    const counts = this.#counts;
    for (let cell = 0; cell < 4 * (distinct + 1); cell++)
      counts[cell]! *= cell & 1 ? view.dropWeight : view.passWeight;
    let n0 = 0;
    let n1 = 0;
    let d0 = 0;
    let d1 = 0;
    for (let bin = 0; bin <= distinct; bin++) {
      d0 += counts[4 * bin + DROPPED]!;
      d1 += counts[4 * bin + 2 + DROPPED]!;
      n0 += counts[4 * bin]! + counts[4 * bin + 1]!;
      n1 += counts[4 * bin + 2]! + counts[4 * bin + 3]!;
    }
    const plain = binomial(d0 + d1, n0 + n1);
    const bursty = binomial(d0, n0) + binomial(d1, n1);
    let above0 = 0;
    let above1 = 0;
    let dropsAbove0 = 0;
    let dropsAbove1 = 0;
    const shallowest =
      this.#minimumDepth > 0 ? this.#lowest(into.mode) + this.#minimumDepth : Number.NEGATIVE_INFINITY;
    for (let bin = distinct; bin >= 1; bin--) {
      if (this.#thresholds[bin - 1]! < shallowest) break;
      dropsAbove0 += counts[4 * bin + DROPPED]!;
      dropsAbove1 += counts[4 * bin + 2 + DROPPED]!;
      above0 += counts[4 * bin]! + counts[4 * bin + 1]!;
      above1 += counts[4 * bin + 2]! + counts[4 * bin + 3]!;
      const dropsAbove = dropsAbove0 + dropsAbove1;
      const above = above0 + above1;
      if (into.mode === EMPTY_AFTER_DROPS) {
        if (dropsAbove < MIN_BLIND_DROPS || dropsAbove < MIN_BLIND_SHARE * (d0 + d1)) continue;
      }
      // More likely lost above the depth than below it, or it explains nothing.
      if (dropsAbove * (n0 + n1 - above) <= (d0 + d1 - dropsAbove) * above) continue;
      const gain = binomial(dropsAbove, above) + binomial(d0 + d1 - dropsAbove, n0 + n1 - above) - plain;
      if (gain <= into.gain) continue;
      into.gain = gain;
      const onset = binomial(dropsAbove0, above0) + binomial(d0 - dropsAbove0, n0 - above0);
      into.onsetGain = onset - binomial(d0, n0);
      into.burstyGain =
        onset + binomial(dropsAbove1, above1) + binomial(d1 - dropsAbove1, n1 - above1) - bursty;
      into.share = plain < 0 ? gain / -plain : 0;
      into.burstyShare = bursty < 0 ? into.burstyGain / -bursty : 0;
      into.dropsExplained = dropsAbove / (d0 + d1);
      into.depthBytes = this.#thresholds[bin - 1]!;
    }
  }
}

/** At most `limit` of the events with this outcome, evenly spread. */
function chosen(
  traffic: Traffic,
  from: number,
  events: Int32Array,
  outcome: number,
  limit: number,
): Int32Array {
  const all = events.filter((event) => traffic.outcome[event + from] === outcome);
  if (all.length <= limit) return all;
  return Int32Array.from({ length: limit }, (_, i) => all[Math.floor((i * all.length) / limit)]!);
}

function view(traffic: Traffic, from: number, scored: Int32Array, firstDrop: number, limit: number): View {
  let events = scored;
  let passWeight = 1;
  let dropWeight = 1;
  if (scored.length > limit) {
    const passes = chosen(traffic, from, scored, PASSED, limit);
    const drops = chosen(traffic, from, scored, DROPPED, limit);
    let allDrops = 0;
    for (const event of scored) if (traffic.outcome[event + from] === DROPPED) allDrops++;
    passWeight = passes.length > 0 ? (scored.length - allDrops) / passes.length : 1;
    dropWeight = drops.length > 0 ? allDrops / drops.length : 1;
    events = new Int32Array(passes.length + drops.length);
    events.set(passes);
    events.set(drops, passes.length);
    events.sort();
  }
  let first = 0;
  while (first < events.length && events[first]! + from < firstDrop) first++;
  return {
    events,
    passWeight,
    dropWeight,
    firstDrop: first,
    totals: totalsOf(traffic, from, events, 0),
    totalsFromFirstDrop: totalsOf(traffic, from, events, first),
  };
}

function totalsOf(traffic: Traffic, from: number, events: Int32Array, begin: number): Float64Array {
  const totals = new Float64Array(4);
  for (let e = begin; e < events.length; e++) {
    const i = events[e]! + from;
    totals[2 * traffic.afterDrop[i]! + traffic.outcome[i]!]!++;
  }
  return totals;
}
