/**
 * Packets that wait for their time: the earliest first, equal times in the order they came. A binary heap on growing
 * columns; nothing is allocated a packet. Times are µs.
 */
import { grown } from "../../base/columns.ts";

export class DueQueue {
  #dueUs = new Float64Array(1024);
  #order = new Float64Array(1024);
  #ids = new Uint32Array(1024);
  #tags = new Uint32Array(1024);
  #size = 0;
  #next = 0;

  get size(): number {
    return this.#size;
  }

  /** Infinity when nothing waits. */
  get nextDueUs(): number {
    return this.#size > 0 ? this.#dueUs[0]! : Number.POSITIVE_INFINITY;
  }

  /** Of the earliest; only while size > 0. */
  get nextId(): number {
    return this.#ids[0]!;
  }

  /** What `add` was given beside the id. */
  get nextTag(): number {
    return this.#tags[0]!;
  }

  add(dueUs: number, id: number, tag: number): void {
    if (this.#size === this.#ids.length) this.#grow();
    let at = this.#size++;
    const order = this.#next++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#dueUs[parent]! <= dueUs) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#put(at, dueUs, order, id, tag);
  }

  /** Takes the earliest away. */
  removeNext(): void {
    const last = --this.#size;
    if (last <= 0) return;
    const dueUs = this.#dueUs[last]!;
    const order = this.#order[last]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#isBefore(child + 1, this.#dueUs[child]!, this.#order[child]!)) child++;
      if (!this.#isBefore(child, dueUs, order)) break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, dueUs, order, this.#ids[last]!, this.#tags[last]!);
  }

  #isBefore(at: number, dueUs: number, order: number): boolean {
    return this.#dueUs[at]! < dueUs || (this.#dueUs[at] === dueUs && this.#order[at]! < order);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#dueUs[from]!, this.#order[from]!, this.#ids[from]!, this.#tags[from]!);
  }

  #put(at: number, dueUs: number, order: number, id: number, tag: number): void {
    this.#dueUs[at] = dueUs;
    this.#order[at] = order;
    this.#ids[at] = id;
    this.#tags[at] = tag;
  }

  #grow(): void {
    const size = 2 * this.#ids.length;
    this.#dueUs = grown(this.#dueUs, size);
    this.#order = grown(this.#order, size);
    this.#ids = grown(this.#ids, size);
    this.#tags = grown(this.#tags, size);
  }
}
