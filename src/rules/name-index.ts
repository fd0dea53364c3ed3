/**
 * Exact, suffix and ends-with texts, found in one pass over a name from its end. At each byte a bit tells whether a
 * text may begin there; at every fourth from the eighth on, another (a gate) whether any longer text ends as the name
 * does so far. Most names fail at the second or third gate, and none of their other bytes is looked at.
 */
import { HashFilter } from "./hash-filter.ts";
import { FOLD } from "./name-pattern.ts";
import type { NamePattern } from "./rule.ts";
import type { RuleQueues } from "./rule-queues.ts";
import { HASH_SEED, hashByte, TextTable } from "./text-table.ts";

const DOT = 0x2e;
const FIRST_GATE = 8;
const GATE_STEP = 4;
const BITS_PER_TEXT = 32;
const BITS_PER_GATE = 16;

export class NameIndex {
  readonly #exact: TextTable;
  readonly #suffix: TextTable;
  readonly #endsWith: TextTable;
  #endings = new HashFilter(0, 1);
  #gates = new HashFilter(0, 1);

  /** With room for so many texts of each kind. */
  constructor(queues: RuleQueues, most: Readonly<Record<NamePattern["kind"], number>>) {
    this.#exact = new TextTable(queues, most.exact);
    this.#suffix = new TextTable(queues, most.suffix);
    this.#endsWith = new TextTable(queues, most["ends-with"]);
  }

  /** `text` has one character a byte, in lower case; rules come in list order. */
  add(kind: "exact" | "suffix" | "ends-with", text: string, rule: number): void {
    const table = kind === "exact" ? this.#exact : kind === "suffix" ? this.#suffix : this.#endsWith;
    table.add(text, rule);
  }

  /** Fills the filters; once, when all texts are there. */
  seal(): void {
    const endings = [this.#suffix, this.#endsWith];
    this.#endings = new HashFilter(this.#suffix.count + this.#endsWith.count, BITS_PER_TEXT);
    for (const table of endings) table.eachHash((hash) => this.#endings.add(hash));
    const tables = [this.#exact, ...endings];
    let gates = 0;
    for (const table of tables) table.eachEnding(FIRST_GATE, GATE_STEP, () => gates++);
    this.#gates = new HashFilter(gates, BITS_PER_GATE);
    for (const table of tables) table.eachEnding(FIRST_GATE, GATE_STEP, (hash) => this.#gates.add(hash));
  }

  /** The first rule before `best` with a text that bytes[start, end) equals or ends with; otherwise `best`. */
  first(bytes: Uint8Array, start: number, end: number, best: number): number {
    const fold = FOLD;
    const endings = this.#endings.bits;
    const endingsShift = this.#endings.shift;
    const gates = this.#gates.bits;
    const gatesShift = this.#gates.shift;
    let hash = HASH_SEED;
    let nextGate = end - FIRST_GATE;
    for (let i = end - 1; i >= start; i--) {
      const byte = fold[bytes[i]!]!;
      hash = hashByte(hash, byte);
      const bit = hash >>> endingsShift;
      if (((endings[bit >>> 5]! >>> (bit & 31)) & 1) === 1) {
        best = this.#endsWith.first(hash, bytes, i, end, best);
        if (byte === DOT && i > start) best = this.#suffix.first(hash, bytes, i, end, best);
      }
      if (i === nextGate) {
        nextGate -= GATE_STEP;
        const gate = hash >>> gatesShift;
        if (((gates[gate >>> 5]! >>> (gate & 31)) & 1) === 0) return best;
      }
    }
    return this.#exact.first(hash, bytes, start, end, best);
  }
}
