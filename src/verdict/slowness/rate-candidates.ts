/**
 * Rates that are worth trying. At every drop the bucket is empty, so between two drops with no full bucket in between
 * the bytes that passed are rate x time, to within a packet: each pair of drops votes for the rates it allows, precise
 * pairs more, and the rates with most votes are tried first (a Hough transform of the drops).
 * A coarse grid stands in for pairs that a full bucket spoilt. Rates are bytes per µs.
 */
import type { Traffic } from "./traffic.ts";
import { DROPPED } from "./traffic.ts";

const MAX_ANCHORS = 200;
const LAGS = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144];
/** Drops closer than this share of a round trip belong to one burst and give no slope. */
const ANCHOR_RTT_SHARE = 0.4;
/** How far the bytes between two drops may be off: one full packet. */
const SLACK_BYTES = 1518;
const GRID_STEP = 1.12;
/** The grid covers from a quarter of the mean rate to this multiple of it. */
const GRID_SPAN = 40;

interface Vote {
  readonly logRate: number;
  readonly weight: number;
}

/** At most `limit` voted rates, and the grid. */
export function candidateRates(
  traffic: Traffic,
  from: number,
  to: number,
  rttUs: number,
  limit: number,
): number[] {
  const { timesUs, passedBytes, totalBytes } = anchors(traffic, from, to, ANCHOR_RTT_SHARE * rttUs);
  const rates = votedRates(timesUs, passedBytes, limit);
  const spanUs = traffic.timeUs[to - 1]! - traffic.timeUs[from]!;
  const mean = spanUs > 0 ? totalBytes / spanUs : 0;
  for (let rate = mean / 4; rate > 0 && rate < mean * GRID_SPAN; rate *= GRID_STEP) rates.push(rate);
  return rates;
}

interface Anchors {
  readonly timesUs: number[];
  /** Bytes that had passed before each anchor. */
  readonly passedBytes: number[];
  readonly totalBytes: number;
}

function anchors(traffic: Traffic, from: number, to: number, spacingUs: number): Anchors {
  const timesUs: number[] = [];
  const passedBytes: number[] = [];
  let bytes = 0;
  let lastUs = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) {
    if (traffic.outcome[i] !== DROPPED) {
      bytes += traffic.wireBytes[i]!;
      continue;
    }
    const timeUs = traffic.timeUs[i]!;
    if (timeUs - lastUs < spacingUs) continue;
    lastUs = timeUs;
    timesUs.push(timeUs);
    passedBytes.push(bytes);
  }
  return { timesUs, passedBytes, totalBytes: bytes };
}

function votedRates(timesUs: readonly number[], passedBytes: readonly number[], limit: number): number[] {
  const stride = Math.max(1, Math.ceil(timesUs.length / MAX_ANCHORS));
  const votes: Vote[] = [];
  const slopes: number[] = [];
  for (const step of LAGS) {
    const lag = step * stride;
    for (let i = 0; i + lag < timesUs.length; i += stride) {
      const spanUs = timesUs[i + lag]! - timesUs[i]!;
      const bytes = passedBytes[i + lag]! - passedBytes[i]!;
      if (bytes <= 2 * SLACK_BYTES) continue;
      const low = Math.log((bytes - SLACK_BYTES) / spanUs);
      const high = Math.log((bytes + SLACK_BYTES) / spanUs);
      const weight = Math.max(0, -Math.log(high - low));
      votes.push({ logRate: low, weight }, { logRate: high, weight: -weight });
      slopes.push(Math.log(bytes / spanUs));
    }
  }
  votes.sort((a, b) => a.logRate - b.logRate);
  slopes.sort((a, b) => a - b);
  const rated = tally(votes, slopes);
  rated.sort((a, b) => b.weight - a.weight);
  const chosen: number[] = [];
  for (const { logRate } of rated) {
    if (chosen.length >= limit) break;
    if (chosen.every((other) => Math.abs(other - logRate) > MIN_DISTANCE)) chosen.push(logRate);
  }
  return chosen.map(Math.exp);
}

/** Candidates closer than this (in log rate) are found by refinement. */
const MIN_DISTANCE = 4e-4;

/** The votes that each slope itself gets. */
function tally(votes: readonly Vote[], slopes: readonly number[]): Vote[] {
  const rated: Vote[] = [];
  let sum = 0;
  let at = 0;
  for (const logRate of slopes) {
    while (at < votes.length && votes[at]!.logRate <= logRate) sum += votes[at++]!.weight;
    rated.push({ logRate, weight: sum });
  }
  return rated;
}
