/**
 * Proportional integral controller, enhanced: RFC 8033, section 4 and appendix A; delay = backlog / rate.
 * Its periodic update is done late, at the next packet, as many times as it was due.
 */
import type { Random } from "../../src/base/random.ts";
import type { Drops } from "./drops.ts";
import { DropTailQueue } from "./queue.ts";
import type { Schedule } from "./schedule.ts";
import type { Segment } from "./segment.ts";

const TARGET_US = 15_000;
const UPDATE_US = 15_000;
const MAXIMUM_BURST_US = 150_000;
const ALPHA = 0.125;
const BETA = 1.25;
const LARGEST_PACKET_BYTES = 1_500;
/** Section 4.2: coarser steps the smaller the probability is; [below, divisor]. */
const STEPS: readonly (readonly [number, number])[] = [
  [1e-6, 2048],
  [1e-5, 512],
  [1e-4, 128],
  [1e-3, 32],
  [1e-2, 8],
  [1e-1, 2],
];

export class PieQueue extends DropTailQueue {
  readonly #random: Random;
  readonly #rateBps: number;
  readonly #targetUs: number;
  #probability = 0;
  #accumulated = 0;
  #oldDelayUs = 0;
  #burstUs = MAXIMUM_BURST_US;
  #updatedUs = 0;

  constructor(
    schedule: Schedule,
    drops: Drops,
    limitBytes: number,
    random: Random,
    rateBps: number,
    targetUs = TARGET_US,
  ) {
    super(schedule, drops, limitBytes);
    this.#random = random;
    this.#rateBps = rateBps;
    this.#targetUs = targetUs;
  }

  override push(segment: Segment): boolean {
    this.#update();
    if (this.#burstUs <= 0 && this.#drops()) {
      this.#accumulated = 0;
      this.drops.add(segment, "aqm");
      return false;
    }
    return super.push(segment);
  }

  override pop(): Segment | undefined {
    this.#update();
    return super.pop();
  }

  #drops(): boolean {
    const safe = this.#oldDelayUs < this.#targetUs / 2 && this.#probability < 0.2;
    if (safe || this.backlogBytes <= 2 * LARGEST_PACKET_BYTES) return false;
    // Section 5.1, de-randomisation.
    if (this.#probability === 0) this.#accumulated = 0;
    this.#accumulated += this.#probability;
    if (this.#accumulated < 0.85) return false;
    return this.#accumulated >= 8.5 || this.#random.next() < this.#probability;
  }

  #update(): void {
    const now = this.schedule.nowUs;
    for (; this.#updatedUs + UPDATE_US <= now; this.#updatedUs += UPDATE_US) {
      const delayUs = (this.backlogBytes * 8e6) / this.#rateBps;
      let step = (ALPHA * (delayUs - this.#targetUs)) / 1e6 + (BETA * (delayUs - this.#oldDelayUs)) / 1e6;
      step /= STEPS.find(([below]) => this.#probability < below)?.[1] ?? 1;
      if (this.#probability >= 0.1) step = Math.min(step, 0.02);
      this.#probability += step;
      if (delayUs === 0 && this.#oldDelayUs === 0) this.#probability *= 0.98;
      this.#probability = Math.min(1, Math.max(0, this.#probability));
      const calm = delayUs < this.#targetUs / 2 && this.#oldDelayUs < this.#targetUs / 2;
      if (this.#probability === 0 && calm) this.#burstUs = MAXIMUM_BURST_US;
      else this.#burstUs = Math.max(0, this.#burstUs - UPDATE_US);
      this.#oldDelayUs = delayUs;
    }
  }
}
