/** First-in-first-out queues: what joins, what leaves, and what is dropped on the way. CoDel and PIE extend it. */
import type { QueueConfig } from "./config.ts";
import type { Drops } from "./drops.ts";
import type { Schedule } from "./schedule.ts";
import type { Segment } from "./segment.ts";

export class DropTailQueue {
  backlogBytes = 0;
  protected readonly schedule: Schedule;
  protected readonly drops: Drops;
  readonly #limitBytes: number;
  readonly #segments: Segment[] = [];
  #first = 0;

  constructor(schedule: Schedule, drops: Drops, limitBytes: number) {
    this.schedule = schedule;
    this.drops = drops;
    this.#limitBytes = limitBytes;
  }

  get length(): number {
    return this.#segments.length - this.#first;
  }

  /** Whether the segment was taken; drops it otherwise. */
  push(segment: Segment): boolean {
    if (this.backlogBytes + segment.ipBytes > this.#limitBytes) {
      this.drops.add(segment, "queue");
      return false;
    }
    segment.queuedUs = this.schedule.nowUs;
    this.#segments.push(segment);
    this.backlogBytes += segment.ipBytes;
    return true;
  }

  pop(): Segment | undefined {
    return this.take();
  }

  protected take(): Segment | undefined {
    const segment = this.#segments[this.#first];
    if (!segment) return undefined;
    this.#first++;
    this.backlogBytes -= segment.ipBytes;
    if (this.#first > 256 && 2 * this.#first > this.#segments.length) {
      this.#segments.splice(0, this.#first);
      this.#first = 0;
    }
    return segment;
  }
}

export type QueueMaker = (config: QueueConfig, rateBps: number) => DropTailQueue;
