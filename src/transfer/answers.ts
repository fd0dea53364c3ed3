/**
 * The answers of one direction, each to a request of the other side: when they began and ended, and how their bytes were
 * delivered as acknowledgements tell it. One object serves all directions in turn.
 * Bounds: MAX_SEGMENTS answers are told apart; later ones count to the last.
 */
import { grown } from "../base/columns.ts";
import { sequenceDistance } from "../base/sequence.ts";

export const MAX_SEGMENTS = 10_000;

export interface SegmentTally {
  startUs: number;
  lastSentUs: number;
  endUs: number;
  idleUs: number;
  windowLimitedUs: number;
  longestStallUs: number;
}

export class Answers {
  segments: SegmentTally[] = [];
  deliveryUs = new Float64Array(1024);
  deliveredBytes = new Float64Array(1024);
  deliveries = 0;
  #delivered = 0;
  #lastProgressUs = 0;
  #requested = false;
  #requestEnd = 0;

  reset(): void {
    this.segments = [];
    this.deliveries = 0;
    this.#delivered = 0;
    this.#lastProgressUs = 0;
    this.#requested = false;
  }

  get current(): SegmentTally | undefined {
    return this.segments[this.segments.length - 1];
  }

  /** The other side, which has received all that was sent, sent data up to its sequence number `wireEnd`. */
  request(wireEnd: number): void {
    if (this.#requested || this.segments.length === 0) return;
    this.#requested = true;
    this.#requestEnd = wireEnd;
  }

  /**
   * New data are sent. An answer acknowledges what it answers; data that do not were under way already. Returns whether
   * an answer begins.
   */
  send(timeUs: number, wireAcknowledgement: number): boolean {
    const asked = this.#requested && sequenceDistance(this.#requestEnd, wireAcknowledgement) >= 0;
    this.#requested = false;
    if (this.segments.length > 0 && (!asked || this.segments.length >= MAX_SEGMENTS)) return false;
    this.segments.push({
      startUs: timeUs,
      lastSentUs: timeUs,
      endUs: timeUs,
      idleUs: 0,
      windowLimitedUs: 0,
      longestStallUs: 0,
    });
    return true;
  }

  /** Nothing was outstanding until now: waiting for progress starts here. */
  startWaiting(timeUs: number): void {
    this.#lastProgressUs = timeUs;
  }

  delivered(timeUs: number, bytes: number): void {
    this.#delivered += bytes;
    const at = this.deliveries++;
    if (at >= this.deliveryUs.length) {
      this.deliveryUs = grown(this.deliveryUs, 2 * at);
      this.deliveredBytes = grown(this.deliveredBytes, 2 * at);
    }
    this.deliveryUs[at] = timeUs;
    this.deliveredBytes[at] = this.#delivered;
    const segment = this.current;
    if (segment) {
      segment.endUs = timeUs;
      segment.longestStallUs = Math.max(segment.longestStallUs, timeUs - this.#lastProgressUs);
    }
    this.#lastProgressUs = timeUs;
  }

  stallUntil(timeUs: number): number {
    return timeUs - this.#lastProgressUs;
  }
}
