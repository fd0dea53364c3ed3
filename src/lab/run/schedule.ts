/**
 * What comes next in a run: faults that begin and end, sites that recover, rounds of measurement. Kept in time order;
 * what a person adds while the laboratory runs takes its place.
 */
import type { PlannedFault, Round } from "../scenario/story.ts";

export type Planned =
  | { readonly kind: "fault-begins"; readonly fault: PlannedFault }
  | { readonly kind: "fault-ends"; readonly fault: PlannedFault }
  | { readonly kind: "site-recovers"; readonly site: string; readonly fault: string }
  /** A rule list changes by the dates in it. */
  | { readonly kind: "rules-change" }
  | { readonly kind: "round"; readonly round: Round };

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly planned: Planned;
}

export class Schedule {
  readonly #entries: Entry[] = [];
  #added = 0;

  add(atMs: number, planned: Planned): void {
    const entry = { atMs, order: this.#added++, planned };
    let at = this.#entries.length;
    while (at > 0 && this.#entries[at - 1]!.atMs > atMs) at--;
    this.#entries.splice(at, 0, entry);
  }

  /** Infinity when nothing is planned. */
  get nextMs(): number {
    return this.#entries[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  /** Takes out what is due by `nowMs`. */
  *due(nowMs: number): Generator<{ readonly atMs: number; readonly planned: Planned }> {
    while (this.nextMs <= nowMs) yield this.#entries.shift()!;
  }
}
