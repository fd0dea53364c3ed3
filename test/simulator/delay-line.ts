/**
 * Propagation with jitter. The extra delay is redrawn at random moments and holds in between, as scheduling on radio
 * links and cross-traffic elsewhere make it; packets keep their order. With `reordering` it is drawn packet by packet
 * and they may overtake each other.
 */
import type { Random } from "../../src/base/random.ts";
import type { Schedule } from "./schedule.ts";
import type { Segment, Stage } from "./segment.ts";

/** Mean time for which one extra delay of a path holds. */
export const PATH_HOLD_US = 15_000;

export interface DelayOptions {
  readonly delayUs: number;
  readonly jitterUs: number;
  /** Mean time for which one extra delay holds; 0: for one packet. */
  readonly holdUs: number;
  readonly reordering: boolean;
}

export class DelayLine implements Stage {
  readonly #schedule: Schedule;
  readonly #options: DelayOptions;
  readonly #random: Random;
  readonly #next: Stage;
  #lastExitUs = 0;
  #extraUs = 0;
  #redrawUs = 0;

  constructor(schedule: Schedule, options: DelayOptions, random: Random, next: Stage) {
    this.#schedule = schedule;
    this.#options = options;
    this.#random = random;
    this.#next = next;
  }

  accept(segment: Segment): void {
    const now = this.#schedule.nowUs;
    const { delayUs, holdUs, jitterUs, reordering } = this.#options;
    if (jitterUs > 0 && (reordering || now >= this.#redrawUs)) {
      this.#extraUs = this.#random.next() * jitterUs;
      this.#redrawUs = now + this.#random.exponential(holdUs);
    }
    let exitUs = now + delayUs + this.#extraUs;
    if (!reordering) exitUs = this.#lastExitUs = Math.max(exitUs, this.#lastExitUs);
    this.#schedule.at(exitUs, this, segment);
  }

  act(segment: Segment | undefined): void {
    this.#next.accept(segment!);
  }
}
