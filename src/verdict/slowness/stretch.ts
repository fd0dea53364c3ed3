/**
 * Sums of a stretch of traffic that is judged as one: a segment, a connection's direction, or a path's.
 */
import { roundTripUs } from "../../transfer/transfer.ts";
import type { Traffic } from "./traffic.ts";

/** Stands in for a round trip that the capture does not show. */
const USUAL_RTT_US = 50_000;
const SHORTEST_RTT_US = 1000;

export interface Stretch {
  readonly durationUs: number;
  readonly payloadBytes: number;
  readonly dataPackets: number;
  readonly lostPackets: number;
  readonly idleUs: number;
  readonly windowLimitedUs: number;
  readonly longestStallUs: number;
  /** Stall at the very end, with copies sent into it. */
  readonly endStallUs: number;
  readonly unansweredCopies: number;
  readonly rttUs: number;
}

export function measureStretch(traffic: Traffic): Stretch {
  let durationUs = 0;
  let payloadBytes = 0;
  let idleUs = 0;
  let windowLimitedUs = 0;
  let longestStallUs = 0;
  let endStallUs = 0;
  let unansweredCopies = 0;
  let rttUs = Number.POSITIVE_INFINITY;
  for (const { transfer, from, to } of traffic.selections) {
    if (to <= from) continue;
    const first = transfer.rows.segment[from]!;
    const last = transfer.rows.segment[to - 1]!;
    const round = roundTripUs(transfer);
    if (round > 0) rttUs = Math.min(rttUs, round);
    for (const segment of transfer.segments.slice(first, last + 1)) {
      durationUs += segment.endUs - segment.startUs;
      payloadBytes += segment.payloadBytes;
      idleUs += segment.idleUs;
      windowLimitedUs += segment.windowLimitedUs;
      longestStallUs = Math.max(longestStallUs, segment.longestStallUs);
      unansweredCopies += segment.unansweredCopies;
      if (segment.unansweredCopies > 0) endStallUs = Math.max(endStallUs, segment.longestStallUs);
    }
  }
  return {
    durationUs,
    payloadBytes,
    dataPackets: traffic.count,
    lostPackets: traffic.drops,
    idleUs,
    windowLimitedUs,
    longestStallUs,
    endStallUs,
    unansweredCopies,
    rttUs: Number.isFinite(rttUs) ? Math.max(SHORTEST_RTT_US, rttUs) : USUAL_RTT_US,
  };
}
