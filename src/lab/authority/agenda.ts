/**
 * What is to happen, by time: the earliest first, equal times by rank, then in the order they were put down.
 * A binary heap; times are scenario clock, ms since the epoch.
 */
export interface AgendaItem {
  readonly atMs: number;
  /** Of two at the same time the lower rank comes first. */
  readonly rank: number;
  readonly order: number;
  readonly act: (atMs: number) => void;
}

export class Agenda {
  readonly #heap: AgendaItem[] = [];
  #added = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** Infinity when nothing is left. */
  get nextMs(): number {
    return this.#heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  add(atMs: number, act: (atMs: number) => void, rank = 0): void {
    const item: AgendaItem = { atMs, rank, order: this.#added++, act };
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent]!, item)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = item;
  }

  /** Takes the earliest away. */
  take(): AgendaItem | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (isBefore(last, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: AgendaItem, b: AgendaItem): boolean {
  return a.atMs - b.atMs < 0 || (a.atMs === b.atMs && (a.rank - b.rank || a.order - b.order) < 0);
}
