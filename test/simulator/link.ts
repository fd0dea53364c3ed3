/**
 * A link or shaper: packets leave at a rate, the others wait in a queue. A link serialises one packet after another;
 * a shaper lets as much through at once as its bucket holds (as Linux' tbf).
 */

import type { DropTailQueue } from "./queue.ts";
import type { Schedule } from "./schedule.ts";
import type { Segment, Stage } from "./segment.ts";

/** Waiting that counts: more than neighbours in a burst cause on a fast link. */
const WAITED_US = 2_000;

/** What a link or shaper did to the data of the flows that count. */
export interface QueueingRecord {
  passed: number;
  waited: number;
  totalWaitUs: number;
  longestWaitUs: number;
}

export interface LinkOptions {
  readonly rateBps: number;
  /** 0: a link. */
  readonly burstBytes: number;
  readonly overheadBytes: number;
  readonly counts: (segment: Segment) => boolean;
}

export class Link implements Stage {
  readonly record: QueueingRecord = { passed: 0, waited: 0, totalWaitUs: 0, longestWaitUs: 0 };
  readonly #schedule: Schedule;
  readonly #options: LinkOptions;
  readonly #queue: DropTailQueue;
  readonly #next: Stage;
  #serving = false;
  #tokens: number;
  #filledUs = 0;

  constructor(schedule: Schedule, options: LinkOptions, queue: DropTailQueue, next: Stage) {
    this.#schedule = schedule;
    this.#options = options;
    this.#queue = queue;
    this.#next = next;
    this.#tokens = options.burstBytes;
  }

  accept(segment: Segment): void {
    if (this.#queue.push(segment) && !this.#serving) this.#serve();
  }

  /** The packet in service is through. */
  act(segment: Segment | undefined): void {
    this.#next.accept(segment!);
    this.#serve();
  }

  #serve(): void {
    const segment = this.#queue.pop();
    this.#serving = segment !== undefined;
    if (!segment) return;
    const { burstBytes, counts, overheadBytes } = this.#options;
    const now = this.#schedule.nowUs;
    const size = segment.ipBytes + overheadBytes;
    const endUs = burstBytes > 0 ? this.#tokensUs(size, now) : now + (size * 8e6) / this.#options.rateBps;
    if (counts(segment)) {
      // A link's own serialisation is no waiting.
      this.#note((burstBytes > 0 ? endUs : now) - segment.queuedUs);
    }
    this.#schedule.at(endUs, this, segment);
  }

  /** When the bucket holds enough; takes it. */
  #tokensUs(size: number, now: number): number {
    const { burstBytes, rateBps } = this.#options;
    this.#tokens = Math.min(burstBytes, this.#tokens + ((now - this.#filledUs) * rateBps) / 8e6);
    this.#filledUs = now;
    const missing = size - this.#tokens;
    this.#tokens -= size;
    return missing > 0 ? now + (missing * 8e6) / rateBps : now;
  }

  #note(waitUs: number): void {
    this.record.passed++;
    if (waitUs > WAITED_US) this.record.waited++;
    this.record.totalWaitUs += waitUs;
    this.record.longestWaitUs = Math.max(this.record.longestWaitUs, waitUs);
  }
}
