/**
 * Decides which copy of each unit was lost and which arrived (policing notes, step 1; RFC 2883 for duplicates).
 * Delivered is the latest copy sent at least 0.9 of the smallest round trip before the unit was acknowledged, or the
 * one before it when the acknowledgement's timestamp echo is nearer to that one's.
 */
import type { Direction } from "./direction.ts";
import { BY_ACKNOWLEDGEMENT, STRONG, WEAK, WEAK_UNLESS_NEXT_ARRIVED } from "./row-columns.ts";
import type { CapturePlace } from "./transfer.ts";
import { DELIVERED, LOST, PRESUMED_LOST, UNSCORED, VOID } from "./transfer.ts";
import { BY_CUMULATIVE, BY_NOTHING } from "./unit-index.ts";

/** A copy sent less than this share of the smallest round trip before the acknowledgement cannot have caused it. */
const CAUSAL_SHARE = 0.9;
/** Without timestamps, a late packet within this share of a round trip was reordered, not sent again. */
/** An acknowledgement that was delayed covers two segments (RFC 5681, section 4.2). */
const DELAYED_ACK_UNITS = 2;
const REORDER_RTT_SHARE = 0.5;
/** Where no round trip is known: what comes within half of this, 3 ms, was not sent again (Wireshark's default). */
const SHORTEST_REPAIR_US = 6000;

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
  const jump = new RepairJump();
  rows.outcome.fill(UNSCORED, 0, rows.count);
  for (let unit = 0; unit < units.count; unit++) {
    const first = units.firstRow[unit]!;
    if (first < 0) continue;
    if (units.copies[unit] === 1) {
      if (units.acknowledgedBy[unit] !== BY_NOTHING || place === "receiver") rows.outcome[first] = DELIVERED;
    } else if (place === "receiver") {
      for (let row = first; row >= 0; row = rows.nextCopy[row]!) rows.outcome[row] = DELIVERED;
    } else if (units.acknowledgedBy[unit] !== BY_NOTHING) {
      jump.enter(direction, unit);
      decideCopies(
        direction,
        unit,
        Math.min(units.acknowledgedUs[unit]! - causalUs, jump.latestUs(direction)),
      );
      jump.leave(direction, unit);
    }
  }
  // Backwards, so that the packet that revealed a hole is known at each of the hole's rows.
  let revealing = -1;
  for (let row = rows.count - 1; row >= 0; row--) {
    if (rows.imputed[row]) decideHole(direction, row, revealing, roundTripUs, tally);
    else revealing = row;
  }
  return tally;
}

/** Delays that were in doubt because the receiver may have waited for a packet that was lost. */
export function settleDelays(direction: Direction): void {
  const { rows, units } = direction;
  for (let row = 0; row < rows.count; row++) {
    if (rows.weakDelay[row] !== WEAK_UNLESS_NEXT_ARRIVED) continue;
    const next = units.firstRow[rows.unit[row]! + 1]!;
    const arrived = next >= 0 && units.copies[rows.unit[row]! + 1] === 1 && rows.outcome[next] === DELIVERED;
    rows.weakDelay[row] = arrived ? STRONG : WEAK;
    if (arrived) direction.strongDelays++;
  }
}

/**
 * Without SACK, one acknowledgement covers a repaired loss and all that had waited behind it. What waited had arrived
 * before the repair, so copies of it that were sent after the repair did not bring it.
 */
class RepairJump {
  #acknowledgedUs = Number.NaN;
  #repairedUs = Number.POSITIVE_INFINITY;
  #units = 0;

  enter({ units }: Direction, unit: number): void {
    const acknowledgedUs = units.acknowledgedUs[unit]!;
    if (acknowledgedUs === this.#acknowledgedUs) {
      this.#units++;
      return;
    }
    this.#acknowledgedUs = acknowledgedUs;
    this.#repairedUs = Number.POSITIVE_INFINITY;
    this.#units = 0;
  }

  /** The next two units may share an acknowledgement because it was delayed: they are not bound. */
  latestUs({ sackSeen }: Direction): number {
    return sackSeen || this.#units < DELAYED_ACK_UNITS ? Number.POSITIVE_INFINITY : this.#repairedUs;
  }

  leave({ rows, units }: Direction, unit: number): void {
    if (this.#units > 0) return;
    for (let row = units.firstRow[unit]!; row >= 0; row = rows.nextCopy[row]!) {
      if (rows.outcome[row] === DELIVERED) this.#repairedUs = rows.timeUs[row]!;
    }
  }
}

function decideCopies(direction: Direction, unit: number, latestUs: number): void {
  const { rows, units } = direction;
  const first = units.firstRow[unit]!;
  let delivered = first;
  let before = -1;
  for (
    let row = nextWhole(direction, first);
    row >= 0 && rows.timeUs[row]! <= latestUs;
    row = nextWhole(direction, row)
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
  for (let row = first; row !== delivered; row = nextWhole(direction, row)) mark(direction, row, LOST);
  mark(direction, delivered, DELIVERED);
  // A duplicate report says that one more copy arrived: a later one if there is one, else an earlier one.
  // Receivers that report selectively report duplicates too (RFC 2883): silence tells that a later copy was lost.
  for (let row = nextWhole(direction, delivered); row >= 0; row = nextWhole(direction, row)) {
    if (passes > 0) mark(direction, row, DELIVERED);
    else if (direction.sackSeen) mark(direction, row, PRESUMED_LOST);
    passes--;
  }
  for (let row = first; row !== delivered && passes > 0; row = nextWhole(direction, row)) {
    mark(direction, row, DELIVERED);
    passes--;
  }
}

/** Whether `row` goes on where `before`, the row of the same unit that was sent before it, ended: one copy in pieces. */
function continues(direction: Direction, row: number, before: number): boolean {
  const { rows } = direction;
  return rows.from[row] === rows.from[before]! + rows.payloadBytes[before]!;
}

/** The first row of the next copy of the same unit, or -1. */
function nextWhole(direction: Direction, row: number): number {
  const { nextCopy } = direction.rows;
  let next = nextCopy[row]!;
  for (let before = row; next >= 0 && continues(direction, next, before); next = nextCopy[next]!)
    before = next;
  return next;
}

/** Sets the outcome of the copy that begins with `row`. */
function mark(direction: Direction, row: number, outcome: number): void {
  const { rows } = direction;
  const end = nextWhole(direction, row);
  for (; row !== end; row = rows.nextCopy[row]!) rows.outcome[row] = outcome;
}

/** A gap in the sequence: a loss before the capture, a reordered packet, or one that the capture missed. */
function decideHole(
  direction: Direction,
  row: number,
  revealing: number,
  roundTripUs: number,
  tally: OutcomeTally,
): void {
  const { rows, units } = direction;
  const unit = rows.unit[row]!;
  const filled = units.firstRow[unit]!;
  if (filled < 0) {
    const arrived = units.acknowledgedBy[unit] !== BY_NOTHING;
    rows.outcome[row] = arrived ? DELIVERED : UNSCORED;
    if (arrived) tally.missed++;
    return;
  }
  // Data that were acknowledged before they were seen are none that were lost.
  if (
    rows.imputed[row] === BY_ACKNOWLEDGEMENT ||
    isReordered(direction, row, revealing, filled, roundTripUs)
  ) {
    rows.outcome[row] = VOID;
    tally.reordered++;
    return;
  }
  rows.outcome[row] = LOST;
}

/** Whether the packet that filled the hole was sent before the one that revealed it. */
function isReordered(
  direction: Direction,
  hole: number,
  revealing: number,
  filled: number,
  roundTripUs: number,
): boolean {
  const { rows } = direction;
  const waitedUs = rows.timeUs[filled]! - rows.timeUs[hole]!;
  const repairUs = roundTripUs > 0 ? roundTripUs : SHORTEST_REPAIR_US;
  if (roundTripUs > 0 && waitedUs > roundTripUs) return false;
  if (revealing >= 0 && rows.hasTimestamp[filled] && rows.hasTimestamp[revealing]) {
    const ahead = (rows.timestamp[filled]! - rows.timestamp[revealing]!) | 0;
    if (ahead !== 0) return ahead < 0;
  }
  return waitedUs < REORDER_RTT_SHARE * repairUs;
}
