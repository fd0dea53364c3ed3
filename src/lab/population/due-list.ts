/**
 * What users will do next, soonest first: a binary heap whose entries are used again. Holds as many as are at work at
 * once, however many come.
 */
export interface Doing {
  atMs: number;
  user: number;
  /** Number of the measurement, from 0. */
  measurement: number;
  kind: "paired" | "reach" | "single";
  /** Which of the roles is next: an index in the order of `order`. */
  step: number;
  /** 0: target first; 1: control first. */
  order: number;
  target: number;
  bytes: number;
  isUpload: boolean;
}

export class DueList {
  readonly #heap: Doing[] = [];
  readonly #free: Doing[] = [];

  get size(): number {
    return this.#heap.length;
  }

  get soonestMs(): number {
    return this.#heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  /** An entry to fill in; it is the caller's until `add` or `release`. */
  blank(): Doing {
    return (
      this.#free.pop() ?? {
        atMs: 0,
        user: 0,
        measurement: 0,
        kind: "single",
        step: 0,
        order: 0,
        target: 0,
        bytes: 0,
        isUpload: false,
      }
    );
  }

  release(doing: Doing): void {
    this.#free.push(doing);
  }

  add(doing: Doing): void {
    const heap = this.#heap;
    let at = heap.push(doing) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (heap[above]!.atMs <= doing.atMs) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = doing;
  }

  /** The soonest; undefined when there is none. */
  take(): Doing | undefined {
    const heap = this.#heap;
    const soonest = heap[0];
    const last = heap.pop();
    if (soonest === undefined || last === undefined || soonest === last) return soonest;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && heap[below + 1]!.atMs < heap[below]!.atMs) below++;
      if (heap[below]!.atMs >= last.atMs) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
    return soonest;
  }
}
