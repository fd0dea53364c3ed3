/**
 * Sums of a stretch of traffic that is judged as one: a segment, a connection's direction, or a path's.
 */
import type { Segment, Transfer } from "../../transfer/transfer.ts";
import { roundTripUs } from "../../transfer/transfer.ts";
import type { Traffic } from "./traffic.ts";

/** Stands in for a round trip that the capture does not show. */
const USUAL_RTT_US = 50_000;
const SHORTEST_RTT_US = 1000;
/** A packet below this share of the largest one is not full. */
const FULL_SHARE = 0.95;
const MIN_DELIVERIES = 20;

export interface Stretch {
  readonly durationUs: number;
  readonly payloadBytes: number;
  readonly dataPackets: number;
  /** Data packets of the transfer that has most. */
  readonly longestPackets: number;
  readonly lostPackets: number;
  readonly idleUs: number;
  readonly windowLimitedUs: number;
  readonly longestStallUs: number;
  /** Stall at the very end, with copies sent into it. */
  readonly endStallUs: number;
  readonly unansweredCopies: number;
  /** Deliveries that were seen or acknowledged. */
  readonly deliveries: number;
  readonly rttUs: number;
  /** Share of the packets that were not full: the application had no more to send. */
  readonly shortShare: number;
  /** The longest answer in round trips, and how much longer its second half took than its first; NaN when unknown. */
  readonly roundTrips: number;
  readonly halvesRatio: number;
}

export function measureStretch(traffic: Traffic): Stretch {
  let durationUs = 0;
  let payloadBytes = 0;
  let idleUs = 0;
  let windowLimitedUs = 0;
  let longestStallUs = 0;
  let endStallUs = 0;
  let unansweredCopies = 0;
  let longest: { transfer: Transfer; segment: Segment } | undefined;
  let shortPackets = 0;
  let rttUs = Number.POSITIVE_INFINITY;
  for (const { transfer, from, to } of traffic.selections) {
    if (to <= from) continue;
    const first = transfer.rows.segment[from]!;
    const last = transfer.rows.segment[to - 1]!;
    const round = roundTripUs(transfer);
    if (round > 0) rttUs = Math.min(rttUs, round);
    for (let row = from; row < to; row++) {
      if (transfer.rows.payloadBytes[row]! < FULL_SHARE * transfer.maximumPayload) shortPackets++;
    }
    for (const segment of transfer.segments.slice(first, last + 1)) {
      durationUs += segment.endUs - segment.startUs;
      if (!longest || segment.payloadBytes > longest.segment.payloadBytes) longest = { transfer, segment };
      payloadBytes += segment.payloadBytes;
      idleUs += segment.idleUs;
      windowLimitedUs += segment.windowLimitedUs;
      longestStallUs = Math.max(longestStallUs, segment.longestStallUs);
      unansweredCopies += segment.unansweredCopies;
      if (segment.unansweredCopies > 0) endStallUs = Math.max(endStallUs, segment.longestStallUs);
    }
  }
  const round = Number.isFinite(rttUs) ? Math.max(SHORTEST_RTT_US, rttUs) : USUAL_RTT_US;
  return {
    durationUs,
    payloadBytes,
    dataPackets: traffic.count,
    longestPackets: traffic.selections.reduce((most, { from, to }) => Math.max(most, to - from), 0),
    lostPackets: traffic.drops,
    idleUs,
    windowLimitedUs,
    longestStallUs,
    endStallUs,
    unansweredCopies,
    deliveries: traffic.selections.reduce((sum, { transfer }) => sum + transfer.delivery.count, 0),
    shortShare: traffic.count > 0 ? shortPackets / traffic.count : 0,
    rttUs: round,
    roundTrips: longest ? (longest.segment.endUs - longest.segment.startUs) / round : 0,
    halvesRatio: longest ? halvesRatio(longest.transfer, longest.segment) : Number.NaN,
  };
}

/** Time for the second half of the bytes over time for the first: 1 for a steady rate, below for a growing one. */
function halvesRatio({ delivery }: Transfer, segment: Segment): number {
  const { deliveryFrom: from, deliveryTo: to } = segment;
  if (to - from < MIN_DELIVERIES) return Number.NaN;
  const middleBytes = (delivery.bytes[from]! + delivery.bytes[to - 1]!) / 2;
  let middle = from;
  while (delivery.bytes[middle]! < middleBytes) middle++;
  const firstUs = delivery.timeUs[middle]! - delivery.timeUs[from]!;
  return firstUs > 0 ? (delivery.timeUs[to - 1]! - delivery.timeUs[middle]!) / firstUs : Number.NaN;
}
