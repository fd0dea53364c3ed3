/**
 * The records that transfer/ makes: one direction of a TCP connection as a Transfer, and the Path that holds all
 * transfers between two hosts. Times are µs since the capture's epoch; absent samples are NaN.
 */
import type { Connection } from "./connection.ts";

/** What became of one data packet; its values in DataRows.outcome. */
export const DELIVERED = 0;
export const LOST = 1;
/** Crossed the network, or not, but cannot be told: it used the network, and is not scored. */
export const UNSCORED = 2;
/** Sent after the copy that arrived, and no duplicate was reported: it probably did not arrive. Not scored. */
export const PRESUMED_LOST = 4;
/** Not a packet of its own: it turned out to be reordered. */
export const VOID = 3;

/** One row a data packet (a captured packet larger than a segment is cut in several), in order of time. */
export interface DataRows {
  readonly count: number;
  readonly timeUs: Float64Array;
  /** IP length: header and payload. */
  readonly ipBytes: Uint32Array;
  readonly payloadBytes: Uint32Array;
  readonly outcome: Uint8Array;
  /** Round trip (capture at the sender) or one-way delay above its minimum (at the receiver), µs; NaN without a sample. */
  readonly delayUs: Float64Array;
  /** Index into Transfer.segments. */
  readonly segment: Uint16Array;
  /** Sequence offset from the transfer's first byte. */
  readonly offset: Float64Array;
}

/** Bytes known to have arrived: at the sender when acknowledged first, at the receiver when seen. */
export interface Delivery {
  readonly count: number;
  readonly timeUs: Float64Array;
  /** Cumulative payload bytes. */
  readonly bytes: Float64Array;
}

/** What the sender answered to one request. */
export interface Segment {
  readonly index: number;
  /** First and one past the last index of Delivery. */
  readonly deliveryFrom: number;
  readonly deliveryTo: number;
  readonly startUs: number;
  readonly endUs: number;
  /** Payload bytes, copies not counted. */
  readonly payloadBytes: number;
  /** Data packets, copies and lost ones included. */
  readonly dataPackets: number;
  readonly lostPackets: number;
  /** Time in which nothing was outstanding, before the last byte. */
  readonly idleUs: number;
  /** Time in which the receiver's window left no room for a full packet. */
  readonly windowLimitedUs: number;
  /** The longest time without progress while data were outstanding. */
  readonly longestStallUs: number;
  /** Data outstanding at the end that was sent again and never acknowledged. */
  readonly unansweredCopies: number;
}

export type CapturePlace = "sender" | "receiver" | "between" | "unknown";

export interface Transfer {
  readonly connection: Connection;
  /** Which end sends: index into connection.ends. */
  readonly from: 0 | 1;
  /** Where the capture was taken, seen from this direction. */
  readonly place: CapturePlace;
  readonly rows: DataRows;
  readonly delivery: Delivery;
  readonly segments: readonly Segment[];
  /** From capture point to receiver and back, µs; NaN when there is no sample. */
  readonly downstreamRttUs: number;
  /** From capture point to sender and back, µs; NaN when there is no sample. */
  readonly upstreamRttUs: number;
  /** Largest payload of a packet. */
  readonly maximumPayload: number;
  /** Data packets that were missing from the capture although they arrived. */
  readonly missedPackets: number;
  readonly reorderedPackets: number;
  readonly keepAlives: number;
}

export interface Path {
  readonly addresses: readonly [string, string];
  readonly part: number;
  readonly connections: readonly Connection[];
  /** Transfers from the first address to the second, and the other way. */
  readonly transfers: readonly [readonly Transfer[], readonly Transfer[]];
  readonly startUs: number;
  readonly packets: number;
}

/** Full round trip as far as it is known: the sum of both sides of the capture point. */
export function roundTripUs(transfer: Transfer): number {
  const up = Number.isNaN(transfer.upstreamRttUs) ? 0 : transfer.upstreamRttUs;
  const down = Number.isNaN(transfer.downstreamRttUs) ? 0 : transfer.downstreamRttUs;
  return up + down;
}
