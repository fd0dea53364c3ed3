/**
 * Decides which copy of each unit was lost and which arrived (policing notes, step 1; RFC 2883 for duplicates).
 * Delivered is the latest copy sent at least 0.9 of the smallest round trip before the unit was acknowledged, or the
 * one before it when the acknowledgement's timestamp echo is nearer to that one's.
 */
import type { Direction } from "./direction.ts";
import type { CapturePlace } from "./transfer.ts";
import { DELIVERED, LOST, UNSCORED, VOID } from "./transfer.ts";
import { BY_CUMULATIVE, BY_NOTHING } from "./unit-index.ts";

/** A copy sent less than this share of the smallest round trip before the acknowledgement cannot have caused it. */
const CAUSAL_SHARE = 0.9;
/** Without timestamps, a late packet within this share of a round trip was reordered, not sent again. */
const REORDER_RTT_SHARE = 0.5;

export interface OutcomeTally {
  missed: number;
  reordered: number;
}

/** Fills rows.outcome. `downstreamRttUs` is the smallest delay from the capture to the receiver and back. */
export function decideOutcomes(
  direction: Direction,
  place: CapturePlace,
  downstreamRttUs: number,
  roundTripUs: number,
): OutcomeTally {
  const { rows, units } = direction;
  const tally: OutcomeTally = { missed: 0, reordered: 0 };
  const causalUs = CAUSAL_SHARE * (Number.isNaN(downstreamRttUs) ? 0 : downstreamRttUs);
  rows.outcome.fill(UNSCORED, 0, rows.count);
  for (let unit = 0; unit < units.count; unit++) {
    const first = units.firstRow[unit]!;
    if (first < 0) continue;
    if (units.copies[unit] === 1) {
      if (units.acknowledgedBy[unit] !== BY_NOTHING || place === "receiver") rows.outcome[first] = DELIVERED;
    } else if (place === "receiver") {
      for (let row = first; row >= 0; row = rows.nextCopy[row]!) rows.outcome[row] = DELIVERED;
    } else if (units.acknowledgedBy[unit] !== BY_NOTHING) {
      decideCopies(direction, unit, causalUs);
    }
  }
  for (let row = 0; row < rows.count; row++)
    if (rows.imputed[row]) decideHole(direction, row, roundTripUs, tally);
  return tally;
}

function decideCopies(direction: Direction, unit: number, causalUs: number): void {
  const { rows, units } = direction;
  const latestUs = units.acknowledgedUs[unit]! - causalUs;
  const first = units.firstRow[unit]!;
  let delivered = first;
  let before = -1;
  for (
    let row = rows.nextCopy[first]!;
    row >= 0 && rows.timeUs[row]! <= latestUs;
    row = rows.nextCopy[row]!
  ) {
    before = delivered;
    delivered = row;
  }
  if (
    before >= 0 &&
    units.hasEcho[unit] &&
    units.acknowledgedBy[unit] === BY_CUMULATIVE &&
    rows.hasTimestamp[delivered]
  ) {
    const echo = units.echo[unit]!;
    const toDelivered = Math.abs((rows.timestamp[delivered]! - echo) | 0);
    const toBefore = Math.abs((rows.timestamp[before]! - echo) | 0);
    if (toBefore < toDelivered) delivered = before;
  }
  let passes = units.duplicates[unit]!;
  for (let row = first; row >= 0 && row !== delivered; row = rows.nextCopy[row]!) rows.outcome[row] = LOST;
  rows.outcome[delivered] = DELIVERED;
  // A duplicate report says that one more copy arrived: a later one if there is one, else an earlier one.
  for (let row = rows.nextCopy[delivered]!; row >= 0 && passes > 0; row = rows.nextCopy[row]!) {
    rows.outcome[row] = DELIVERED;
    passes--;
  }
  for (let row = first; row !== delivered && passes > 0; row = rows.nextCopy[row]!) {
    rows.outcome[row] = DELIVERED;
    passes--;
  }
}

/** A gap in the sequence: a loss before the capture, a reordered packet, or one that the capture missed. */
function decideHole(direction: Direction, row: number, roundTripUs: number, tally: OutcomeTally): void {
  const { rows, units } = direction;
  const unit = rows.unit[row]!;
  const filled = units.firstRow[unit]!;
  if (filled < 0) {
    const arrived = units.acknowledgedBy[unit] !== BY_NOTHING;
    rows.outcome[row] = arrived ? DELIVERED : UNSCORED;
    if (arrived) tally.missed++;
    return;
  }
  if (isReordered(direction, row, filled, roundTripUs)) {
    rows.outcome[row] = VOID;
    tally.reordered++;
    return;
  }
  rows.outcome[row] = LOST;
}

/** Whether the packet that filled the hole was sent before the one that revealed it. */
function isReordered(direction: Direction, hole: number, filled: number, roundTripUs: number): boolean {
  const { rows } = direction;
  let next = hole + 1;
  while (next < rows.count && rows.imputed[next]) next++;
  const waitedUs = rows.timeUs[filled]! - rows.timeUs[hole]!;
  if (roundTripUs > 0 && waitedUs > roundTripUs) return false;
  if (next < rows.count && rows.hasTimestamp[filled] && rows.hasTimestamp[next]) {
    const ahead = (rows.timestamp[filled]! - rows.timestamp[next]!) | 0;
    if (ahead !== 0) return ahead < 0;
  }
  return waitedUs < REORDER_RTT_SHARE * roundTripUs;
}
