/**
 * The measurements that came last, so that what comes again is acknowledged without being written again, and without a
 * second deletion token. Bounded: the oldest is forgotten, and then only the store knows that it is a duplicate.
 */
import { RecentMap } from "./recent-map.ts";

const MOST_IDS = 100_000;

export class RecentIds {
  readonly #kept: RecentMap<Promise<void>>;

  constructor(most = MOST_IDS) {
    this.#kept = new RecentMap(most);
  }

  get size(): number {
    return this.#kept.size;
  }

  /** When it is, or will be, on the disk; undefined: not seen lately. */
  get(id: string): Promise<void> | undefined {
    return this.#kept.get(id);
  }

  add(id: string, kept: Promise<void>): void {
    this.#kept.set(id, kept);
    kept.catch(() => this.#kept.delete(id));
  }

  /** After a deletion: what comes again is new. */
  clear(): void {
    this.#kept.clear();
  }
}
