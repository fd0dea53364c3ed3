/**
 * Whether one flow was held to a rate, from how many bytes had moved when: no packets, no privileges. A token bucket lets
 * B(t) <= burst + rate t through; a policed flow runs into that line again and again and stalls in between (a saw tooth:
 * "gaps of more than 5 RTT", Xue et al., IMC 2021), a shaped one walks along it. Rates count payload.
 * Nothing is said of flows whose limited phase is shorter than LEAST_PHASE_US, or that are faster in one half of it; but of
 * those that meet one line again and again (straight-limit.ts).
 */
import { bitsPerSecond } from "../../base/units.ts";
import { findStraightLimit } from "./straight-limit.ts";

export interface Sample {
  readonly elapsedUs: number;
  readonly bytes: number;
}

export interface RateLimit {
  /** `ragged`: neither, and as fast in one half of the phase as in the other. */
  readonly kind: "saw-tooth" | "smooth" | "ragged";
  readonly rateBps: number;
  /** What came before the line was met: at most the bucket, and what its rate let through meanwhile. */
  readonly burstBytes: number;
  readonly sinceUs: number;
  readonly phaseUs: number;
  /** One line was met again and again (straight-limit.ts). */
  readonly isLine?: boolean;
  /** Stalls of more than five round trips, and than three packets take at the rate. */
  readonly gaps: number;
}

/** Four times the usual minimum of a retransmission time-out, and more stalls than chance makes. */
export const LEAST_PHASE_US = 2_500_000;
const SEGMENT_BYTES = 1448;
const GAP_ROUND_TRIPS = 5;
const GAP_SEGMENTS = 3;
const LEAST_GAPS = 2;
/** Share of the limited phase that stalls take of a policed flow. Chosen, not fitted: below it a flow is smooth or ragged. */
const LEAST_GAP_SHARE = 0.3;
/** Rate of one half of the phase over that of the other: clumps of some kB make it uneven when little moves. */
const MOST_UNEVEN = 1.6;
/** Of a shaped flow: distance from the straight line. */
const SMOOTH_SHARE = 0.06;
const SMOOTH_SEGMENTS = 4;
/** How near the line a flow must come to have met it. */
const TOUCH_SEGMENTS = 3;
const ROUNDS = 6;
const DEFAULT_RTT_US = 50_000;
/** Of the time after the request, for the first guess. */
const LAST_SHARE = 0.5;

export function findRateLimit(samples: readonly Sample[], rttUs: number | undefined): RateLimit | undefined {
  const steps = samples.filter(({ bytes }, index) => index === 0 || bytes > samples[index - 1]!.bytes);
  if (steps.length < 4) return undefined;
  const limit = limitByStalls(steps, rttUs);
  if (limit?.kind === "saw-tooth") return limit;
  const straight = findStraightLimit(steps, rttUs);
  if (!straight) return limit;
  // What lies on one line is told the more exactly, slow start left out, the faster the flow.
  const { bytesPerUs, burstBytes, phaseUs, start, isWhole } = straight;
  const kind = isWhole || limit?.kind === "smooth" ? "smooth" : "ragged";
  const rateBps = bytesPerUs * 8e6;
  const gaps = stallsAfter(steps, steps.indexOf(start), leastGapUs(rttUs, rateBps)).length;
  return { kind, rateBps, burstBytes, sinceUs: start.elapsedUs, phaseUs, gaps, isLine: true };
}

function limitByStalls(steps: readonly Sample[], rttUs: number | undefined): RateLimit | undefined {
  const end = steps.at(-1)!;
  let first = steps.findIndex(({ elapsedUs }) => elapsedUs >= end.elapsedUs * (1 - LAST_SHARE));
  let rate = slope(steps[first]!, end);
  for (let round = 0; round < ROUNDS && rate > 0; round++) {
    const height = ({ elapsedUs, bytes }: Sample): number => bytes - rate * elapsedUs;
    const top = Math.max(...steps.map(height));
    const touches = steps.findIndex((step) => height(step) >= top - TOUCH_SEGMENTS * SEGMENT_BYTES);
    if (touches === first) break;
    first = touches;
    rate = slope(steps[first]!, end);
  }
  const start = steps[first]!;
  const phaseUs = end.elapsedUs - start.elapsedUs;
  if (phaseUs < LEAST_PHASE_US || !(rate > 0) || isUneven(steps.slice(first))) return undefined;
  const rateBps = bitsPerSecond(end.bytes - start.bytes, phaseUs);
  const common = { rateBps, burstBytes: start.bytes, sinceUs: start.elapsedUs, phaseUs };
  const stalls = stallsAfter(steps, first, leastGapUs(rttUs, rateBps));
  const stalledUs = stalls.reduce((sum, pauseUs) => sum + pauseUs, 0);
  if (stalls.length >= LEAST_GAPS && stalledUs >= LEAST_GAP_SHARE * phaseUs) {
    return { kind: "saw-tooth", ...common, gaps: stalls.length };
  }
  const most = Math.max(SMOOTH_SEGMENTS * SEGMENT_BYTES, SMOOTH_SHARE * (end.bytes - start.bytes));
  const isSmooth = steps
    .slice(first)
    .every(
      ({ elapsedUs, bytes }) => Math.abs(bytes - start.bytes - rate * (elapsedUs - start.elapsedUs)) <= most,
    );
  return { kind: isSmooth ? "smooth" : "ragged", ...common, gaps: stalls.length };
}

/** Pauses of more than `gapUs` behind this step. */
function stallsAfter(steps: readonly Sample[], first: number, gapUs: number): number[] {
  const stalls: number[] = [];
  for (let index = first + 1; index < steps.length; index++) {
    const pauseUs = steps[index]!.elapsedUs - steps[index - 1]!.elapsedUs;
    if (pauseUs > gapUs) stalls.push(pauseUs);
  }
  return stalls;
}

/** A pause must be longer to be a stall; `rateBps`: what limits the flow, where something does. */
export function leastGapUs(rttUs = DEFAULT_RTT_US, rateBps = Number.POSITIVE_INFINITY): number {
  return Math.max(GAP_ROUND_TRIPS * rttUs, (GAP_SEGMENTS * SEGMENT_BYTES * 8e6) / rateBps);
}

/** Bytes a µs. */
function slope(from: Sample, to: Sample): number {
  const us = to.elapsedUs - from.elapsedUs;
  return us > 0 ? (to.bytes - from.bytes) / us : 0;
}

function isUneven(steps: readonly Sample[]): boolean {
  const [start, end] = [steps[0]!, steps.at(-1)!];
  const middleUs = (start.elapsedUs + end.elapsedUs) / 2;
  const middle = steps.findLast(({ elapsedUs }) => elapsedUs <= middleUs)!;
  const halves = [middle.bytes - start.bytes, end.bytes - middle.bytes];
  // Within what one clump makes of it, both halves may be equal.
  const clump = TOUCH_SEGMENTS * SEGMENT_BYTES;
  return Math.min(...halves) * MOST_UNEVEN + clump < Math.max(...halves);
}
