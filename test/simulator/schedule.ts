/**
 * Virtual time: what happens next, in µs from the start of the simulation. Events of the same instant happen in the
 * order in which they were scheduled. A binary heap over typed arrays; nothing is ever cancelled (see Timer).
 */
import { grown } from "../../src/base/columns.ts";
import type { Segment } from "./segment.ts";

export interface Actor {
  act(segment: Segment | undefined): void;
}

export class Schedule {
  nowUs = 0;
  #heap = new Int32Array(256);
  #times = new Float64Array(256);
  #orders = new Float64Array(256);
  readonly #actors: Actor[] = [];
  readonly #segments: (Segment | undefined)[] = [];
  readonly #free: number[] = [];
  #size = 0;
  #slots = 0;
  #order = 0;

  at(timeUs: number, actor: Actor, segment?: Segment): void {
    const slot = this.#free.pop() ?? this.#slots++;
    if (slot >= this.#times.length) {
      this.#heap = grown(this.#heap, 2 * slot);
      this.#times = grown(this.#times, 2 * slot);
      this.#orders = grown(this.#orders, 2 * slot);
    }
    this.#times[slot] = Math.max(timeUs, this.nowUs);
    this.#orders[slot] = this.#order++;
    this.#actors[slot] = actor;
    this.#segments[slot] = segment;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(slot, this.#heap[parent]!)) break;
      this.#heap[at] = this.#heap[parent]!;
      at = parent;
    }
    this.#heap[at] = slot;
  }

  /** Lets the next event happen; false when there is none. */
  step(): boolean {
    if (this.#size === 0) return false;
    const slot = this.#heap[0]!;
    this.#removeFirst();
    this.nowUs = this.#times[slot]!;
    const segment = this.#segments[slot];
    this.#segments[slot] = undefined;
    this.#free.push(slot);
    this.#actors[slot]!.act(segment);
    return true;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap[--this.#size]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#before(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }

  #before(a: number, b: number): boolean {
    const difference = this.#times[a]! - this.#times[b]!;
    return difference !== 0 ? difference < 0 : this.#orders[a]! < this.#orders[b]!;
  }
}

/** One deadline that may be moved and cancelled at will. */
export class Timer implements Actor {
  readonly #schedule: Schedule;
  readonly #expire: () => void;
  #deadlineUs = Number.POSITIVE_INFINITY;
  /** The earliest event that will look at the deadline. */
  #lookUs = Number.POSITIVE_INFINITY;

  constructor(schedule: Schedule, expire: () => void) {
    this.#schedule = schedule;
    this.#expire = expire;
  }

  get armed(): boolean {
    return this.#deadlineUs !== Number.POSITIVE_INFINITY;
  }

  set(deadlineUs: number): void {
    this.#deadlineUs = deadlineUs;
    if (deadlineUs < this.#lookUs) {
      this.#lookUs = deadlineUs;
      this.#schedule.at(deadlineUs, this);
    }
  }

  cancel(): void {
    this.#deadlineUs = Number.POSITIVE_INFINITY;
  }

  act(): void {
    const now = this.#schedule.nowUs;
    if (now >= this.#lookUs) this.#lookUs = Number.POSITIVE_INFINITY;
    if (this.#deadlineUs <= now) {
      this.#deadlineUs = Number.POSITIVE_INFINITY;
      this.#expire();
    } else if (this.armed && this.#deadlineUs < this.#lookUs) {
      this.set(this.#deadlineUs);
    }
  }
}
