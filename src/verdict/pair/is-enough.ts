/**
 * Whether a running transfer has told what it can: it shows a rate limit, or has been silent for as long as a freeze takes.
 * Never true while it runs on unhindered.
 */

import { isMetLate } from "./deep-bucket.ts";
import { SILENCE_US } from "./freeze.ts";
import type { PairJudgement } from "./pair-judgement.ts";
import { findRateLimit, type RateLimit, type Sample } from "./rate-limit.ts";
import { LEAST_ALIKE, LEAST_DELAY_US, LEAST_RAGGED, MOST_LARGER_BYTES } from "./thresholds.ts";

/** Past the shortest limited phase that is read at all, so that the rate is worth having. */
const ENOUGH_PHASE_US = 4_000_000;
/** One packet more or less at either end is 2 % of a rate then; and at 65 kbit/s it takes longer than anybody should wait. */
const ENOUGH_SEGMENTS = 48;
const SLOW_PHASE_US = 7_000_000;
/** A line that is met again and again gives its rate within a few percent, slow start left out (docs/method.md). */
const LINE_PHASE_US = 2_200_000;
const LINE_SEGMENTS = 150;
/** Deep buckets are not emptied after the same bytes each time. */
const BURST_FACTOR = 1.25;
const SEGMENT_BITS = 8 * 1448;
/** Where it is only asked whether there is a limit, and not of what rate: just past that shortest phase. */
const SIDE_PHASE_US = 2_700_000;
/** A queue that overflows makes a flow stand still for seconds: one such stop tells little. */
const RAGGED_PHASE_US = 7_000_000;

export interface SoFar {
  readonly samples: readonly Sample[];
  readonly durationUs: number;
  /** Until the connection stood, and from then until the handshake was done; absent while it is not. */
  readonly connectUs?: number;
  readonly handshakeUs?: number;
  readonly rttUs?: number;
  /** Segments that arrived out of order, where the kernel tells: something before them was lost. */
  readonly outOfOrder?: number;
}

/** `isSide`: beside a decision that stands, which has its rate already. */
export function hasToldEnough({ samples, durationUs, rttUs }: SoFar, isSide = false): boolean {
  const last = samples.at(-1);
  if (!last || last.bytes === 0) return false;
  const reached = samples.find(({ bytes }) => bytes === last.bytes)!;
  if (durationUs - reached.elapsedUs >= SILENCE_US) return true;
  const limit = findRateLimit(samples, rttUs);
  return limit !== undefined && limit.phaseUs >= enoughPhaseUs(limit, isSide);
}

function enoughPhaseUs({ kind, isLine, rateBps, gaps }: RateLimit, isSide: boolean): number {
  const timeOf = (segments: number): number => (segments * SEGMENT_BITS * 1e6) / rateBps;
  if (isLine) {
    // Where it stalls, long enough to show whether that is a saw tooth.
    const least = gaps > 0 ? SIDE_PHASE_US : LINE_PHASE_US;
    const phaseUs = Math.max(least, Math.min(enoughAt(timeOf), timeOf(LINE_SEGMENTS)));
    return isSide ? Math.min(SIDE_PHASE_US, phaseUs) : phaseUs;
  }
  if (isSide && kind !== "ragged") return SIDE_PHASE_US;
  return kind === "ragged" ? RAGGED_PHASE_US : enoughAt(timeOf);
}

function enoughAt(timeOf: (segments: number) => number): number {
  return Math.max(ENOUGH_PHASE_US, Math.min(SLOW_PHASE_US, timeOf(ENOUGH_SEGMENTS)));
}

/** So many pairs in all; or more of so many bytes. */
export type ForeseenPairs = Partial<Pick<PairJudgement["wanted"][number], "pairs" | "isBrief" | "bytes">>;

/**
 * How many pairs a decision will take, as far as one flow that still runs shows it; undefined: as many as usual.
 * A handshake that takes its time is a delay or a break, a ragged flow needs more of its kind, and one that emptied a deep bucket
 * more that outlast it (of the comparison that leads): those that will be wanted can run beside it.
 */
export function foreseenPairs(
  { samples, durationUs, rttUs, connectUs, handshakeUs }: SoFar,
  isLead = true,
): ForeseenPairs | undefined {
  if (connectUs !== undefined && handshakeUs === undefined)
    return durationUs - connectUs >= LEAST_DELAY_US ? { pairs: LEAST_ALIKE, isBrief: true } : undefined;
  const limit = findRateLimit(samples, rttUs);
  const isRagged = limit?.kind === "ragged" && limit.phaseUs >= ENOUGH_PHASE_US;
  const foreseen = {
    ...(isRagged ? { pairs: LEAST_RAGGED } : {}),
    ...(isLead && limit && isMetLate(limit, samples) ? { bytes: bytesToTell(limit) } : {}),
  };
  return Object.keys(foreseen).length > 0 ? foreseen : undefined;
}

/** Past its bucket as far as it takes to tell the rate. */
function bytesToTell({ burstBytes, rateBps }: RateLimit): number {
  const bytes = BURST_FACTOR * burstBytes + (rateBps * ENOUGH_PHASE_US) / 8e6;
  return Math.round(Math.min(MOST_LARGER_BYTES, bytes));
}

/** The last part that moved, and how much slower than the fastest part it must be. */
const PART_BYTES = 30_000;
/** A part takes at least so many round trips: within one, a window leaves at the line's speed and then there is silence. */
const PART_ROUND_TRIPS = 2;
const DEFAULT_RTT_US = 50_000;
const SLOWER_PART = 3;
/** Of a flow that lost something: a bucket that runs dry drops. */
const SLOWER_PART_AFTER_LOSS = 2;

/** Whether a flow moves far slower now than it did: a deep bucket may just have run dry. */
export function isSlowingDown({ samples, rttUs = DEFAULT_RTT_US, outOfOrder = 0 }: SoFar): boolean {
  const last = samples.at(-1);
  if (!last) return false;
  let fastest = 0;
  let from = 0;
  let latest = 0;
  for (const { elapsedUs, bytes } of samples) {
    while (
      bytes - samples[from]!.bytes > PART_BYTES &&
      elapsedUs - samples[from]!.elapsedUs > PART_ROUND_TRIPS * rttUs
    ) {
      const part = samples[from]!;
      latest = (bytes - part.bytes) / (elapsedUs - part.elapsedUs);
      fastest = Math.max(fastest, latest);
      from++;
    }
  }
  return latest > 0 && latest * (outOfOrder > 0 ? SLOWER_PART_AFTER_LOSS : SLOWER_PART) < fastest;
}
