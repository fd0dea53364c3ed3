/**
 * Bytes at a pace, for whoever serves `GET /bytes/N?pace=BITS_PER_SECOND` (and `&rtt=MS`): a piece at a time, each in a packet of its own, none
 * before its time by this machine's clock. Whoever measures learns by it at what pace a box begins to drop: flows that TCP drives into losses do
 * not show that behind a bucket of a few packets.
 */
import { pipeline, type Readable, type Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

/** With a TLS record around it, TCP and IPv6 it fits the least packet that any way carries (1280 bytes, RFC 8200). */
export const PACED_PIECE_BYTES = 1150;
/** A first window lets ten packets go (RFC 6928); what waits for a window leaves in bursts. */
const FIRST_PIECES = 8;
/** In slow start a window doubles in each, if it is used; and some room. */
const ROUND_TRIPS_A_STEP = 1.25;
const LEAST_PACE_BPS = 1000;
/** Of any way; a longer one is not waited for. */
export const MOST_ROUND_TRIP_MS = 2000;

export interface Pace {
  readonly bitsPerSecond: number;
  /** Given: where a first window is less than a round trip's, the pace is reached by doubling, as windows grow. */
  readonly roundTripMs?: number;
}

/** Undefined: none is asked for; or in one line why it cannot be had. `bytes` are to be sent within `mostMs`. */
export function readPace(query: URLSearchParams, bytes: number, mostMs: number): Pace | undefined | string {
  const text = query.get("pace");
  if (text === null) return undefined;
  const bitsPerSecond = readNumber(text);
  if (bitsPerSecond < LEAST_PACE_BPS)
    return `pace is a whole number of bits per second, ${LEAST_PACE_BPS} and more`;
  if ((8000 * bytes) / bitsPerSecond > mostMs)
    return `at that pace it would take longer than ${mostMs / 1000} s`;
  const rtt = query.get("rtt");
  if (rtt === null) return { bitsPerSecond };
  const roundTripMs = readNumber(rtt);
  if (roundTripMs === 0 || roundTripMs > MOST_ROUND_TRIP_MS)
    return `rtt is a whole number of milliseconds, 1 to ${MOST_ROUND_TRIP_MS}`;
  return { bitsPerSecond, roundTripMs };
}

/** 0: it is none. */
function readNumber(text: string): number {
  return /^\d{1,12}$/.test(text) ? Number(text) : 0;
}

/** Sends all of `body`, at a pace if there is one. `done`: whatever ended it; whoever has left holds no timer. */
export function sendBody(body: Readable, to: Writable, pace: Pace | undefined, done: () => void): void {
  if (pace === undefined) {
    pipeline(body, to, done);
    return;
  }
  const isOver = new AbortController();
  to.once("close", () => isOver.abort());
  pipeline(pacedBytes(body, pace, isOver.signal), to, done);
}

/** What its reader holds up comes as soon as it can. `isOver` aborted: it ends at once. */
async function* pacedBytes(
  body: AsyncIterable<Uint8Array>,
  pace: Pace,
  isOver: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const startedAt = performance.now();
  let dueMs = 0;
  for await (const piece of piecesOf(body)) {
    const aheadMs = startedAt + dueMs - performance.now();
    if (aheadMs > 0) await sleep(Math.ceil(aheadMs), undefined, { signal: isOver }).catch(() => {});
    if (isOver.aborted) return;
    dueMs += (8000 * piece.length) / rateAt(dueMs, pace);
    yield piece;
  }
}

/** All of one size but for the last. */
async function* piecesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest = Buffer.alloc(0);
  for await (const part of body) {
    const all = Buffer.concat([rest, part]);
    let at = 0;
    for (; at + PACED_PIECE_BYTES <= all.length; at += PACED_PIECE_BYTES)
      yield all.subarray(at, at + PACED_PIECE_BYTES);
    rest = all.subarray(at);
  }
  if (rest.length > 0) yield rest;
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
