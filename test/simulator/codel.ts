/** Controlled delay: RFC 8289, section 5 (the pseudocode there, in its order). */
import type { Drops } from "./drops.ts";
import { DropTailQueue } from "./queue.ts";
import type { Schedule } from "./schedule.ts";
import type { Segment } from "./segment.ts";

/** Sections 4.3 and 4.4. */
const TARGET_US = 5_000;
const INTERVAL_US = 100_000;
const LARGEST_PACKET_BYTES = 1_500;

export class CodelQueue extends DropTailQueue {
  readonly #targetUs: number;
  readonly #intervalUs: number;
  #firstAboveUs = 0;
  #nextDropUs = 0;
  #count = 0;
  #lastCount = 0;
  #dropping = false;

  constructor(
    schedule: Schedule,
    drops: Drops,
    limitBytes: number,
    targetUs = TARGET_US,
    intervalUs = INTERVAL_US,
  ) {
    super(schedule, drops, limitBytes);
    this.#targetUs = targetUs;
    this.#intervalUs = intervalUs;
  }

  override pop(): Segment | undefined {
    const now = this.schedule.nowUs;
    let segment = this.take();
    let mayDrop = this.#mayDrop(segment);
    if (this.#dropping) {
      if (!mayDrop) this.#dropping = false;
      while (segment && this.#dropping && now >= this.#nextDropUs) {
        this.drops.add(segment, "aqm");
        this.#count++;
        segment = this.take();
        mayDrop = this.#mayDrop(segment);
        if (mayDrop) this.#nextDropUs = this.#controlLaw(this.#nextDropUs);
        else this.#dropping = false;
      }
    } else if (segment && mayDrop) {
      this.drops.add(segment, "aqm");
      segment = this.take();
      this.#mayDrop(segment);
      this.#dropping = true;
      const delta = this.#count - this.#lastCount;
      this.#count = delta > 1 && now - this.#nextDropUs < 16 * this.#intervalUs ? delta : 1;
      this.#nextDropUs = this.#controlLaw(now);
      this.#lastCount = this.#count;
    }
    return segment;
  }

  #controlLaw(timeUs: number): number {
    return timeUs + this.#intervalUs / Math.sqrt(this.#count);
  }

  #mayDrop(segment: Segment | undefined): boolean {
    const now = this.schedule.nowUs;
    const below =
      !segment || now - segment.queuedUs < this.#targetUs || this.backlogBytes <= LARGEST_PACKET_BYTES;
    if (below) {
      this.#firstAboveUs = 0;
      return false;
    }
    if (this.#firstAboveUs === 0) {
      this.#firstAboveUs = now + this.#intervalUs;
      return false;
    }
    return now >= this.#firstAboveUs;
  }
}
