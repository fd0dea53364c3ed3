/**
 * Growing columns for the data packets of one direction; emptied and used again for the next one.
 */
import { grown } from "../base/columns.ts";

/** How an imputed row came to be known: by data beyond it, or by the acknowledgement of it. */
export const BY_GAP = 1;
export const BY_ACKNOWLEDGEMENT = 2;

/** Whether a delay may include a delayed acknowledgement (RFC 1122, section 4.2.3.2). */
export const STRONG = 0;
export const WEAK = 1;
/** It cannot, if the next packet, close behind, arrived. */
export const WEAK_UNLESS_NEXT_ARRIVED = 2;

export class RowColumns {
  count = 0;
  timeUs = new Float64Array(1024);
  ipBytes = new Uint32Array(1024);
  payloadBytes = new Uint32Array(1024);
  unit = new Int32Array(1024);
  /** Unwrapped sequence number of the first byte. */
  from = new Float64Array(1024);
  /** The next row that carries the same unit, or -1. */
  nextCopy = new Int32Array(1024);
  timestamp = new Uint32Array(1024);
  hasTimestamp = new Uint8Array(1024);
  outcome = new Uint8Array(1024);
  delayUs = new Float64Array(1024);
  /** STRONG, WEAK or WEAK_UNLESS_NEXT_ARRIVED. */
  weakDelay = new Uint8Array(1024);
  /** The packet itself was not captured: BY_GAP or BY_ACKNOWLEDGEMENT says what told of it; else 0. */
  imputed = new Uint8Array(1024);

  reset(): void {
    this.count = 0;
  }

  add(
    timeUs: number,
    ipBytes: number,
    payloadBytes: number,
    unit: number,
    from: number,
    timestamp: number,
    hasTimestamp: boolean,
  ): number {
    const row = this.count++;
    if (row >= this.timeUs.length) this.#grow();
    this.timeUs[row] = timeUs;
    this.ipBytes[row] = ipBytes;
    this.payloadBytes[row] = payloadBytes;
    this.unit[row] = unit;
    this.from[row] = from;
    this.nextCopy[row] = -1;
    this.timestamp[row] = timestamp;
    this.hasTimestamp[row] = hasTimestamp ? 1 : 0;
    this.outcome[row] = 0;
    this.delayUs[row] = Number.NaN;
    this.weakDelay[row] = 0;
    this.imputed[row] = 0;
    return row;
  }

  #grow(): void {
    const size = this.timeUs.length * 2;
    this.timeUs = grown(this.timeUs, size);
    this.ipBytes = grown(this.ipBytes, size);
    this.payloadBytes = grown(this.payloadBytes, size);
    this.unit = grown(this.unit, size);
    this.from = grown(this.from, size);
    this.nextCopy = grown(this.nextCopy, size);
    this.timestamp = grown(this.timestamp, size);
    this.hasTimestamp = grown(this.hasTimestamp, size);
    this.outcome = grown(this.outcome, size);
    this.delayUs = grown(this.delayUs, size);
    this.weakDelay = grown(this.weakDelay, size);
    this.imputed = grown(this.imputed, size);
  }
}
