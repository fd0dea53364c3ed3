/**
 * Whether one connection is acted on, from its own progress, as early as it can be told. Held to a rate: a flow that passed
 * clearly more than bucket and rate allow is free at once; one still on the line when a free flow would long have left it
 * is acted on. Neither: nothing is said, and it must never count.
 * Times from the connection on; bytes are TCP payload in the direction that is slowed.
 */
import { failureKind } from "../../observation/failure.ts";
import type { Sample } from "../pair/rate-limit.ts";
import type { Reaction } from "./reaction.ts";

export interface ConnectionSoFar {
  readonly samples: readonly Sample[];
  readonly bytes: number;
  readonly durationUs: number;
  readonly connectUs?: number;
  readonly handshakeUs?: number;
  /** Set once it has ended by it. */
  readonly failure?: string;
}

export type Answer = "yes" | "no" | "unsure";

export interface Measure {
  /** Payload to ask for. */
  readonly bytes: number;
  readonly timeoutMs: number;
}

const MOST_FREE_FACTOR = 3;
const MOST_HELD_FACTOR = 1.4;
/** Room over the bucket for handshakes, and for buckets that were seen half empty. */
const FREE_ROOM_BYTES = 49_152;
const HELD_ROOM_BYTES = 8192;
/** Slow start and a lost packet or two are over by then. */
const LEAST_WATCH_US = 1_500_000;
/** The watch is so many times the longest that a free connection took to be told. */
const WATCH_TIMES = 2;
const MOST_WATCH_US = 6_000_000;
const LEFT_US = 1_500_000;
const LAST_US = 1_000_000;
/** No byte for so long; the second retransmission of a lost packet comes sooner (RFC 6298). */
const SILENCE_US = 3_000_000;
/** A box that lets 5 to 8 packets pass (Xue et al., IMC 2022) lets no more than this; others may let pass what they were seen to. */
const PAST_BREAK_BYTES = 32_768;
const FREEZE_FACTOR = 1.6;

/** `freeUs`: how long known free connections took to be told. */
export function measureOf(reaction: Reaction, freeUs = 0): Measure {
  const timeoutMs = (watchUs(freeUs) + LEFT_US) / 1000;
  switch (reaction.kind) {
    case "rate":
      return { bytes: Math.ceil(freeLine(reaction, watchUs(freeUs))), timeoutMs };
    case "delay":
      return { bytes: 4096, timeoutMs: (1.5 * reaction.targetUs) / 1000 + 1000 };
    case "freeze":
      return { bytes: pastFreeze(reaction.afterBytes), timeoutMs: timeoutMs + 4000 };
    case "break":
      return { bytes: pastBreak(reaction.afterBytes), timeoutMs: timeoutMs + 4000 };
  }
}

/** Asked again and again; undefined: not to be told yet. */
export function actedOn(
  reaction: Reaction,
  soFar: ConnectionSoFar,
  freeUs = 0,
): Exclude<Answer, "unsure"> | undefined {
  const { connectUs, handshakeUs, bytes, durationUs, failure } = soFar;
  if (connectUs === undefined) return undefined;
  const us = durationUs - connectUs;
  const isOver = failure !== undefined && failureKind(failure) !== "timeout";
  switch (reaction.kind) {
    case "rate":
      if (bytes > freeLine(reaction, us)) return "no";
      // A lost hello makes a late beginning.
      if (isOver || movingUs(soFar) < watchUs(freeUs)) return undefined;
      return bytes <= heldLine(reaction, us) && isHeldNow(reaction, soFar) ? "yes" : undefined;
    case "delay": {
      const middle = Math.sqrt(reaction.targetUs * reaction.controlUs);
      const shown = handshakeUs ?? us;
      if (shown >= Math.max(middle, reaction.targetUs / 2)) return isOver ? undefined : "yes";
      return handshakeUs !== undefined && handshakeUs < middle ? "no" : undefined;
    }
    case "freeze": {
      if (bytes > 0 && bytes >= pastFreeze(reaction.afterBytes)) return "no";
      const from = Math.min(...reaction.afterBytes) / FREEZE_FACTOR;
      return !isOver && bytes >= from && silentUs(soFar) >= SILENCE_US ? "yes" : undefined;
    }
    case "break": {
      if (bytes >= pastBreak(reaction.afterBytes)) return "no";
      const { failures } = reaction;
      if (isOver) return failures.includes(failureKind(failure)) ? "yes" : undefined;
      return failures.includes("timeout") && silentUs(soFar) >= SILENCE_US ? "yes" : undefined;
    }
  }
}

function watchUs(freeUs: number): number {
  return Math.min(MOST_WATCH_US, Math.max(LEAST_WATCH_US, WATCH_TIMES * freeUs));
}

type Held = Extract<Reaction, { kind: "rate" }>;

/**
 * The slower the control, the nearer the two lines; they never cross. A share of the line is enough to pass the upper one: several
 * connections run at once, and what is held to some Mbit/s leaves little room above.
 */
function freeFactor({ rateBps, controlBps }: Held): number {
  const ratio = controlBps / rateBps;
  return Math.min(MOST_FREE_FACTOR, Math.max(1.2, Math.min(2, Math.sqrt(ratio)), Math.cbrt(ratio)));
}

function freeLine(held: Held, us: number): number {
  return 1.5 * held.burstBytes + FREE_ROOM_BYTES + freeFactor(held) * moved(held, us);
}

function heldLine(held: Held, us: number): number {
  const factor = Math.min(MOST_HELD_FACTOR, freeFactor(held) ** 0.75);
  return 1.25 * held.burstBytes + HELD_ROOM_BYTES + factor * moved(held, us);
}

/** Not one that began late and runs on: in the last second no more than the rate and what a pause leaves in the bucket. */
function isHeldNow(held: Held, { samples, bytes, durationUs }: ConnectionSoFar): boolean {
  const before = samples.findLast(({ elapsedUs }) => elapsedUs <= durationUs - LAST_US)?.bytes ?? 0;
  const inBucket = Math.min(held.burstBytes, moved(held, LAST_US));
  return bytes - before <= MOST_HELD_FACTOR * moved(held, LAST_US) + inBucket + HELD_ROOM_BYTES;
}

function moved({ rateBps }: Held, us: number): number {
  return (rateBps / 8) * (us / 1e6);
}

/** Since the first byte that came. */
function movingUs({ samples, durationUs }: ConnectionSoFar): number {
  const first = samples.find(({ bytes }) => bytes > 0);
  return first ? durationUs - first.elapsedUs : 0;
}

function pastBreak(afterBytes: readonly number[]): number {
  return Math.max(PAST_BREAK_BYTES, pastFreeze(afterBytes));
}

function pastFreeze(afterBytes: readonly number[]): number {
  return Math.ceil(FREEZE_FACTOR * Math.max(0, ...afterBytes)) + 16_384;
}

function silentUs({ samples, durationUs, connectUs = 0 }: ConnectionSoFar): number {
  const last = samples.at(-1);
  const reached = last && samples.find(({ bytes }) => bytes === last.bytes);
  return durationUs - (reached?.elapsedUs ?? connectUs);
}
