/**
 * Bytes at a pace: a piece at a time, each in a packet of its own, none before its time by this machine's clock. Whoever measures learns
 * by it at what pace a box begins to drop: flows that TCP drives into losses do not show that behind a bucket of a few packets.
 */
import { setTimeout as sleep } from "node:timers/promises";

/** With a TLS record around it, TCP and IP it fits a packet of any way. */
export const PACED_PIECE_BYTES = 1200;
/** A first window lets ten packets go (RFC 6928); what waits for a window leaves in bursts. */
const FIRST_PIECES = 8;
/** In slow start a window doubles in each, if it is used; and some room. */
const ROUND_TRIPS_A_STEP = 1.25;

export interface Pace {
  readonly bitsPerSecond: number;
  /** Given: where a first window is less than a round trip's, the pace is reached by doubling, as windows grow. */
  readonly roundTripMs?: number;
}

/** What its reader holds up comes as soon as it can. */
export async function* pacedBytes(body: AsyncIterable<Uint8Array>, pace: Pace): AsyncGenerator<Uint8Array> {
  const startedAt = performance.now();
  let dueMs = 0;
  for await (const part of body) {
    for (let at = 0; at < part.length; at += PACED_PIECE_BYTES) {
      const piece = part.subarray(at, at + PACED_PIECE_BYTES);
      const aheadMs = startedAt + dueMs - performance.now();
      if (aheadMs > 0) await sleep(aheadMs);
      dueMs += (8000 * piece.length) / rateAt(dueMs, pace);
      yield piece;
    }
  }
}

function rateAt(elapsedMs: number, pace: Pace): number {
  const left = stepsOf(pace) - Math.floor(elapsedMs / (ROUND_TRIPS_A_STEP * (pace.roundTripMs ?? 0)));
  return left > 0 ? pace.bitsPerSecond / 2 ** left : pace.bitsPerSecond;
}

function stepsOf({ bitsPerSecond, roundTripMs = 0 }: Pace): number {
  const windows = (bitsPerSecond * roundTripMs) / (8000 * FIRST_PIECES * PACED_PIECE_BYTES);
  return Math.max(0, Math.ceil(Math.log2(windows)));
}

/** What is sent until the pace is reached. */
export function bytesBelowPace(pace: Pace): number {
  const stepBytes = (ROUND_TRIPS_A_STEP * (pace.roundTripMs ?? 0) * pace.bitsPerSecond) / 8000;
  return Math.ceil(stepBytes * (1 - 2 ** -stepsOf(pace)));
}
