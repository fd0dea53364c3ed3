/**
 * What flows of pairs that still run, or ran, show of the number of pairs that will be needed: those begin at once, beside them.
 */
import type { Wanted } from "./course.ts";

export interface Foreseen {
  /** So many in all. */
  readonly pairs?: number;
  readonly isBrief?: boolean;
  /** Or some more of so many bytes: it met what smaller ones do not. */
  readonly bytes?: number;
}

/** More of those that met something smaller ones do not: so many show it together. */
const MORE_LARGER = 3;

/** Flows are any objects; `key`: of comparison and direction. */
export class Foresight {
  readonly #byKey = new Map<string, Map<object, Foreseen>>();
  /** Flows that ended and met nothing that takes larger ones. */
  readonly #unmet = new Map<string, number>();

  /** The latest word of a flow; undefined: as many as usual. */
  note(key: string, flow: object, foreseen: Foreseen | undefined): void {
    const ofFlows = this.#byKey.get(key) ?? new Map<object, Foreseen>();
    this.#byKey.set(key, ofFlows);
    if (foreseen === undefined) ofFlows.delete(flow);
    else ofFlows.set(flow, foreseen);
  }

  /** What it says of its size whoever decides knows from now on. `isTelling`: it went well, and far enough to have met it. */
  end(key: string, flow: object, isTelling: boolean): void {
    const { bytes, ...last } = this.#byKey.get(key)?.get(flow) ?? {};
    if (bytes === undefined) this.#unmet.set(key, (this.#unmet.get(key) ?? 0) + (isTelling ? 1 : 0));
    else this.note(key, flow, last.pairs === undefined ? undefined : last);
  }

  /** Flows that run and have left most of the line to others: they met what smaller ones do not. */
  slowed(key: string): number {
    return [...(this.#byKey.get(key)?.values() ?? [])].filter(({ bytes }) => bytes !== undefined).length;
  }

  /** What is wanted, or more of it. */
  widened(one: Wanted, key: string, begun: number): Wanted {
    const words = [...(this.#byKey.get(key)?.values() ?? [])];
    const byTwo = this.#byTwo(one, words, begun);
    const bytes = this.#largerBytes(one, words, key, begun);
    if (bytes === undefined) return byTwo ?? one;
    const pairs = Math.max(byTwo?.pairs ?? 0, one.pairs + MORE_LARGER);
    return { ...one, pairs, bytes: Math.max(one.bytes ?? 0, bytes) };
  }

  /** One flow may be an odd one out: what two show counts. */
  #byTwo(one: Wanted, words: readonly Foreseen[], begun: number): Wanted | undefined {
    const most = [...words].sort((a, b) => (b.pairs ?? 0) - (a.pairs ?? 0)).slice(0, 2);
    const pairs = most[1]?.pairs ?? 0;
    if (pairs <= one.pairs) return undefined;
    // Those that were asked for anyway are as large as usual.
    const isMore = begun >= one.pairs && one.bytes === undefined;
    return { ...one, pairs, isBrief: isMore && most.every(({ isBrief }) => isBrief) };
  }

  /**
   * Of downloads whose speed is asked for. Once more flows have met nothing than pairs were begun: neither arm of one pair did, and
   * those that run will not tell.
   */
  #largerBytes(one: Wanted, words: readonly Foreseen[], key: string, begun: number): number | undefined {
    if (one.direction === "up" || one.isSide || one.isBrief || one.isQuiet) return undefined;
    const largest = Math.max(0, ...words.map(({ bytes = 0 }) => bytes));
    const isTold = begun < one.pairs || (this.#unmet.get(key) ?? 0) <= begun;
    return largest === 0 || isTold ? undefined : largest;
  }
}
