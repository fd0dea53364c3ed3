/**
 * Queues of rules in list order, one for each distinct pattern: a matcher asks for the first one that holds.
 * A rule behind one that asks for nothing more can never win and is not kept. Memory: 8 bytes a queue, 8 an entry.
 */
import type { Conditions } from "./conditions.ts";

const NONE = -1;

export class RuleQueues {
  readonly #conditions: Conditions;
  readonly #heads: Int32Array;
  readonly #tails: Int32Array;
  readonly #rules: Int32Array;
  readonly #nexts: Int32Array;
  #queues = 0;
  #entries = 0;

  /** With room for so many queues and, over all of them, rules. */
  constructor(conditions: Conditions, mostQueues: number, mostEntries: number) {
    this.#conditions = conditions;
    this.#heads = new Int32Array(mostQueues);
    this.#tails = new Int32Array(mostQueues);
    this.#rules = new Int32Array(mostEntries);
    this.#nexts = new Int32Array(mostEntries);
  }

  /** A new, empty queue. */
  open(): number {
    this.#heads[this.#queues] = NONE;
    this.#tails[this.#queues] = NONE;
    return this.#queues++;
  }

  /** Rules come in list order. */
  append(queue: number, rule: number): void {
    const tail = this.#tails[queue]!;
    if (tail >= 0) {
      const last = this.#rules[tail]!;
      if (last === rule || this.#conditions.asks[last] === 0) return;
    }
    const entry = this.#entries++;
    this.#rules[entry] = rule;
    this.#nexts[entry] = NONE;
    if (tail < 0) this.#heads[queue] = entry;
    else this.#nexts[tail] = entry;
    this.#tails[queue] = entry;
  }

  /** The queue's first rule, whatever it asks; `none` for an empty queue. */
  front(queue: number, none: number): number {
    const head = this.#heads[queue]!;
    return head < 0 ? none : this.#rules[head]!;
  }

  /** The first rule of the queue that comes before `best` and holds; otherwise `best`. */
  first(queue: number, best: number): number {
    for (let entry = this.#heads[queue]!; entry >= 0; entry = this.#nexts[entry]!) {
      const rule = this.#rules[entry]!;
      if (rule >= best) return best;
      if (this.#conditions.hold(rule)) return rule;
    }
    return best;
  }
}
