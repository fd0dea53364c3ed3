/**
 * What flows of pairs that still run, or ran, show of the number of pairs that will be needed: those begin at once, beside them.
 */
import type { Wanted } from "./course.ts";

export type Foreseen = Pick<Wanted, "pairs" | "isBrief">;

/** Flows are any objects; `key`: of comparison and direction. */
export class Foresight {
  readonly #byKey = new Map<string, Map<object, Foreseen>>();

  /** The latest word of a flow; undefined: as many as usual. */
  note(key: string, flow: object, foreseen: Foreseen | undefined): void {
    const ofFlows = this.#byKey.get(key) ?? new Map<object, Foreseen>();
    this.#byKey.set(key, ofFlows);
    if (foreseen === undefined) ofFlows.delete(flow);
    else ofFlows.set(flow, foreseen);
  }

  /** What is wanted, or more of it. One flow may be an odd one out: what two show counts. */
  widened(one: Wanted, key: string, begun: number): Wanted {
    const most = [...(this.#byKey.get(key)?.values() ?? [])].sort((a, b) => b.pairs - a.pairs);
    const [, second] = most;
    if (second === undefined || second.pairs <= one.pairs) return one;
    // Those that were asked for anyway are as large as usual.
    const isMore = begun >= one.pairs && one.bytes === undefined;
    const isBrief = isMore && most.slice(0, 2).every((flow) => flow.isBrief);
    return { ...one, pairs: second.pairs, isBrief };
  }
}
