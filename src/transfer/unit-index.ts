/**
 * The byte ranges ("units") of one direction in order of sequence: one a segment sent, or a hole that was never seen.
 * Keeps which copies were sent of each and when it was first acknowledged. Ranges never overlap and only grow upwards.
 * Finding a unit is a binary search; marking a SACK block costs amortised constant time a unit (skip pointers).
 */
import { grown } from "../base/columns.ts";

/** How a unit was first acknowledged. */
export const BY_NOTHING = 0;
export const BY_CUMULATIVE = 1;
export const BY_SACK = 2;

export class UnitIndex {
  count = 0;
  start = new Float64Array(1024);
  end = new Float64Array(1024);
  /** First and last row that carries the unit; -1 for a hole. */
  firstRow = new Int32Array(1024);
  lastRow = new Int32Array(1024);
  copies = new Uint16Array(1024);
  /** The unit was missing when the data behind it came. */
  wasHole = new Uint8Array(1024);
  /** Reports of a duplicate (RFC 2883). */
  duplicates = new Uint8Array(1024);
  acknowledgedUs = new Float64Array(1024);
  acknowledgedBy = new Uint8Array(1024);
  /** Timestamp echo of the acknowledgement, and whether it had one. */
  echo = new Uint32Array(1024);
  hasEcho = new Uint8Array(1024);
  segment = new Uint16Array(1024);
  #skip = new Int32Array(1024);

  reset(): void {
    this.count = 0;
  }

  add(start: number, end: number, row: number, segment: number): number {
    const unit = this.count++;
    if (unit >= this.start.length) this.#grow();
    this.start[unit] = start;
    this.end[unit] = end;
    this.firstRow[unit] = row;
    this.lastRow[unit] = row;
    this.copies[unit] = row < 0 ? 0 : 1;
    this.wasHole[unit] = row < 0 ? 1 : 0;
    this.duplicates[unit] = 0;
    this.acknowledgedUs[unit] = Number.NaN;
    this.acknowledgedBy[unit] = BY_NOTHING;
    this.hasEcho[unit] = 0;
    this.segment[unit] = segment;
    this.#skip[unit] = unit;
    return unit;
  }

  /** The last unit that starts at or before `sequence`, or -1. */
  find(sequence: number): number {
    let low = 0;
    let high = this.count - 1;
    if (high >= 0 && this.start[high]! <= sequence) return high;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (this.start[middle]! <= sequence) low = middle + 1;
      else high = middle - 1;
    }
    return high;
  }

  /** The first unit from `unit` on that is not acknowledged; `count` when there is none. */
  nextOpen(unit: number): number {
    const skip = this.#skip;
    let root = unit;
    while (root < this.count && skip[root] !== root) root = skip[root]!;
    while (unit < root) {
      const next = skip[unit]!;
      skip[unit] = root;
      unit = next;
    }
    return root;
  }

  acknowledge(unit: number, timeUs: number, by: number, echo: number, hasEcho: boolean): void {
    this.acknowledgedUs[unit] = timeUs;
    this.acknowledgedBy[unit] = by;
    this.echo[unit] = echo;
    this.hasEcho[unit] = hasEcho ? 1 : 0;
    this.#skip[unit] = unit + 1;
  }

  #grow(): void {
    const size = this.start.length * 2;
    this.start = grown(this.start, size);
    this.end = grown(this.end, size);
    this.firstRow = grown(this.firstRow, size);
    this.lastRow = grown(this.lastRow, size);
    this.copies = grown(this.copies, size);
    this.wasHole = grown(this.wasHole, size);
    this.duplicates = grown(this.duplicates, size);
    this.acknowledgedUs = grown(this.acknowledgedUs, size);
    this.acknowledgedBy = grown(this.acknowledgedBy, size);
    this.echo = grown(this.echo, size);
    this.hasEcho = grown(this.hasEcho, size);
    this.segment = grown(this.segment, size);
    this.#skip = grown(this.#skip, size);
  }
}
