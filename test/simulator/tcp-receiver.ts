/**
 * The receiving half of a TCP endpoint: reassembly, SACK blocks (RFC 2018) and duplicate reports (RFC 2883),
 * delayed ACKs (RFC 5681 section 4.2; 40 ms and quick at the start as Linux), the window it announces.
 */
import type { Schedule } from "./schedule.ts";
import { Timer } from "./schedule.ts";
import type { Segment } from "./segment.ts";

const DELAYED_ACK_US = 40_000;
/** Linux: the first segments are acknowledged at once. */
const QUICK_ACKS = 16;
/** Linux' first window; it then grows by twice what arrives, up to the buffer. */
const INITIAL_WINDOW_BYTES = 65_535;
/** What a reading application takes at a time. */
const READ_BYTES = 16_384;

export interface ReceiverOptions {
  readonly segmentBytes: number;
  readonly sack: boolean;
  /** SACK blocks that fit beside the other options. */
  readonly maximumBlocks: number;
  readonly bufferBytes: number;
  readonly readRateBps: number;
  readonly acknowledgeEvery: number;
  readonly acknowledge: () => void;
  readonly delivered: (endOfData: number, finished: boolean) => void;
}

export class TcpReceiver {
  next = 1;
  timestampToEcho = 0;
  /** Bytes that arrived again. */
  duplicateBytes = 0;
  readonly #schedule: Schedule;
  readonly #options: ReceiverOptions;
  readonly #delayed: Timer;
  readonly #reading: Timer;
  /** Out of order, the most recently changed first. */
  #blocks: { left: number; right: number }[] = [];
  #duplicate: readonly [number, number] | undefined;
  #finAt = Number.POSITIVE_INFINITY;
  #finished = false;
  #unacknowledged = 0;
  #quick = QUICK_ACKS;
  #acknowledgedNext = 1;
  #edge = 1;
  #read = 1;

  constructor(schedule: Schedule, options: ReceiverOptions) {
    this.#schedule = schedule;
    this.#options = options;
    this.#delayed = new Timer(schedule, () => options.acknowledge());
    this.#reading = new Timer(schedule, () => this.#readSome());
  }

  receive(segment: Segment, fin: boolean): void {
    const left = segment.sequence;
    const right = left + segment.payloadBytes + (fin ? 1 : 0);
    if (fin) this.#finAt = right;
    if (left <= this.#acknowledgedNext) this.timestampToEcho = segment.timestampValue;
    if (right <= this.next || this.#blocks.some((block) => block.left <= left && right <= block.right)) {
      this.duplicateBytes += segment.payloadBytes;
      if (this.#options.sack) this.#duplicate = [left, right];
      this.#options.acknowledge();
      return;
    }
    if (left > this.next) {
      this.#keep(left, right);
      this.#quick = QUICK_ACKS;
      this.#options.acknowledge();
      return;
    }
    const filledHole = this.#blocks.length > 0;
    this.next = right;
    this.#joinBlocks();
    this.#arrived();
    if (this.#quick > 0) this.#quick--;
    const enough = ++this.#unacknowledged >= this.#options.acknowledgeEvery;
    // What the application sent in answer has told already.
    if (this.#acknowledgedNext === this.next) return;
    if (filledHole || enough || this.#quick > 0 || this.next >= this.#finAt) this.#options.acknowledge();
    else if (!this.#delayed.armed) this.#delayed.set(this.#schedule.nowUs + DELAYED_ACK_US);
  }

  /** Told whenever a segment with the present acknowledgement leaves; returns its SACK edges. */
  acknowledging(): readonly number[] {
    this.#delayed.cancel();
    this.#unacknowledged = 0;
    this.#acknowledgedNext = this.next;
    if (!this.#options.sack || (!this.#duplicate && this.#blocks.length === 0)) return [];
    const edges: number[] = [];
    if (this.#duplicate) edges.push(...this.#duplicate);
    this.#duplicate = undefined;
    for (const { left, right } of this.#blocks) {
      if (edges.length >= 2 * this.#options.maximumBlocks) break;
      edges.push(left, right);
    }
    return edges;
  }

  /** The window to announce now, in bytes; its right edge never moves back. */
  announceWindow(): number {
    this.#edge = Math.max(this.#edge, this.#possibleEdge());
    return this.#edge - this.next;
  }

  #possibleEdge(): number {
    const grown = INITIAL_WINDOW_BYTES + 2 * (this.next - 1);
    return this.#read + Math.min(this.#options.bufferBytes, grown);
  }

  #keep(left: number, right: number): void {
    const apart: { left: number; right: number }[] = [];
    for (const block of this.#blocks) {
      if (block.right < left || block.left > right) apart.push(block);
      else {
        left = Math.min(left, block.left);
        right = Math.max(right, block.right);
      }
    }
    this.#blocks = [{ left, right }, ...apart];
  }

  #joinBlocks(): void {
    for (let joined = this.#blocks.length > 0; joined; ) {
      joined = false;
      for (const block of this.#blocks) {
        if (block.left > this.next || block.right <= this.next) continue;
        this.next = block.right;
        joined = true;
      }
    }
    if (this.#blocks.length > 0) this.#blocks = this.#blocks.filter((block) => block.right > this.next);
  }

  #arrived(): void {
    const finished = this.next >= this.#finAt;
    if (this.#options.readRateBps === Number.POSITIVE_INFINITY) this.#read = this.next;
    else if (!this.#reading.armed) this.#planReading();
    if (!this.#finished) this.#options.delivered(finished ? this.next - 1 : this.next, finished);
    this.#finished = finished;
  }

  #planReading(): void {
    const bytes = Math.min(READ_BYTES, this.next - this.#read);
    if (bytes > 0) this.#reading.set(this.#schedule.nowUs + (bytes * 8e6) / this.#options.readRateBps);
  }

  #readSome(): void {
    this.#read += Math.min(READ_BYTES, this.next - this.#read);
    // RFC 9293, section 3.8.6.2.2: tell of a window that has become usefully larger.
    const opened = this.#possibleEdge() - this.#edge;
    const useful = Math.min(this.#options.bufferBytes / 2, 2 * this.#options.segmentBytes);
    if (opened >= useful && this.#edge - this.next < 2 * this.#options.segmentBytes)
      this.#options.acknowledge();
    this.#planReading();
  }
}
