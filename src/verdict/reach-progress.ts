/**
 * How bytes arrived over time within one connection, out of network events (df-008):
 * `bytes_received_cumulative` samples, or sums of `read`. Times in seconds from the measurement's start.
 */
import type { OoniEvent, OoniPlace } from "../observation/ooni-reading.ts";

/** Silence that counts as a stall: docs/method.md, "From slowness to state". */
export const STALL_SECONDS = 10;
/** Fewer arrivals are no progress throughout. */
export const FEWEST_ARRIVALS = 4;
/** Share of the time until the failure that arrivals must span. */
export const PROGRESS_SPAN_SHARE = 0.5;
/** Arrivals within a shorter time are a burst and say nothing of a rate. */
export const SHORTEST_SPAN_SECONDS = 3;
/** Another transfer of the measurement is as slow when it is not faster by that factor. */
export const AS_SLOW_TIMES = 3;

export interface Progress {
  /** Times at which more had arrived, and how much in all. */
  readonly arrivals: readonly { readonly seconds: number; readonly bytes: number }[];
  readonly bytes: number;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  /** The last that was heard of the connection, a failure included. */
  readonly heardSeconds: number;
  /** From the first arrival to the last, without the bytes of the first; 0 where there is one arrival only. */
  readonly rateBps: number;
}

interface Connection extends OoniPlace {
  readonly ip?: string;
  readonly port?: number;
}

/** Undefined where no bytes are told for that connection. */
export function progressOf(events: readonly OoniEvent[], connection: Connection): Progress | undefined {
  const all = eventsOf(events, connection).filter(({ endSeconds }) => endSeconds !== undefined);
  const own = all.filter(({ bytes }) => bytes !== undefined);
  const cumulative = own.filter(({ operation }) => operation === "bytes_received_cumulative");
  const reads = own.filter(({ operation, failure }) => operation === "read" && failure === undefined);
  const samples = (cumulative.length > 0 ? cumulative : reads)
    .map(({ endSeconds, bytes }) => ({ seconds: endSeconds!, bytes: bytes! }))
    .sort((a, b) => a.seconds - b.seconds);
  const arrivals: { seconds: number; bytes: number }[] = [];
  let total = 0;
  for (const sample of samples) {
    const now = cumulative.length > 0 ? sample.bytes : total + sample.bytes;
    if (now <= total) continue;
    total = now;
    arrivals.push({ seconds: sample.seconds, bytes: total });
  }
  const first = arrivals[0];
  const last = arrivals.at(-1);
  if (!first || !last) return undefined;
  const span = last.seconds - first.seconds;
  return {
    arrivals,
    bytes: last.bytes,
    firstSeconds: first.seconds,
    lastSeconds: last.seconds,
    heardSeconds: all.reduce((latest, { endSeconds }) => Math.max(latest, endSeconds!), last.seconds),
    rateBps: span > 0 ? (8 * (last.bytes - first.bytes)) / span : 0,
  };
}

/** By transaction, or else by endpoint, or else (web_connectivity 0.4) what followed the last connect. */
function eventsOf(events: readonly OoniEvent[], { transactionId, ip, port }: Connection): OoniEvent[] {
  if (transactionId !== undefined) {
    const own = events.filter((event) => event.transactionId === transactionId);
    if (own.length > 0) return own;
  }
  const named =
    ip === undefined
      ? []
      : events.filter(
          (event) =>
            event.ip === ip &&
            (port === undefined || event.port === port) &&
            // What belongs to another transaction tells nothing of this one.
            (transactionId === undefined || event.transactionId === undefined),
        );
  if (named.some(({ bytes }) => bytes !== undefined)) return named;
  if (events.some((event) => event.transactionId !== undefined)) return [];
  const lastConnect = events.findLastIndex((event) => event.operation === "connect");
  return lastConnect < 0 ? [] : events.slice(lastConnect + 1).filter((event) => event.ip === undefined);
}

/** steady: bytes kept arriving until the end; stalled: a long silence came before it; unclear: neither is shown. */
export type ProgressKind = "steady" | "stalled" | "unclear";

/** `endSeconds`: when the attempt was given up, where that is told apart from the events. */
export function progressKind(progress: Progress, startSeconds: number, endSeconds?: number): ProgressKind {
  const { arrivals, firstSeconds, lastSeconds, heardSeconds } = progress;
  const end = Math.max(endSeconds ?? 0, heardSeconds);
  const silence = end - lastSeconds;
  const span = lastSeconds - firstSeconds;
  if (silence >= STALL_SECONDS) return "stalled";
  const gaps = arrivals.slice(1).map(({ seconds }, i) => seconds - arrivals[i]!.seconds);
  const steady =
    arrivals.length >= FEWEST_ARRIVALS &&
    span >= SHORTEST_SPAN_SECONDS &&
    span >= PROGRESS_SPAN_SHARE * (end - startSeconds) &&
    [...gaps, silence].every((gap) => gap < STALL_SECONDS);
  return steady ? "steady" : "unclear";
}
