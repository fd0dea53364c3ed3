/**
 * A rule list becomes a matcher that works on the bytes of a packet. Rules are found by name, else by address; those
 * with neither are tried in list order. Names: one pass from the end for exact, suffix and ends-with (text-table.ts),
 * one for contains (contains-automaton.ts). Addresses: prefix-forest.ts. The earliest rule that holds wins.
 * A match costs time in proportion to the name; rules that differ only in dates, ports, protocols or addresses are
 * tried one after the other. Memory is in proportion to the list (about 60 bytes a name). `match` allocates nothing.
 */
import { Conditions } from "./conditions.ts";
import { ContainsAutomaton } from "./contains-automaton.ts";
import { GramFilter, longGram, shortGram } from "./gram-filter.ts";
import { FOLD, foldedBytes, LONGEST_NAME } from "./name-pattern.ts";
import { PrefixForest } from "./prefix-forest.ts";
import type { Matcher, NamePattern, NameProtocol, Rule, RuleList } from "./rule.ts";
import { RuleQueues } from "./rule-queues.ts";
import { HASH_SEED, HashFilter, hashByte, TextTable } from "./text-table.ts";

const DOT = 0x2e;
const NO_RULE = 0x7fffffff;

export function compileRules(list: RuleList): Matcher {
  return new CompiledMatcher(list.rules);
}

class CompiledMatcher implements Matcher {
  readonly rules: readonly Rule[];
  readonly #conditions: Conditions;
  readonly #queues: RuleQueues;
  readonly #exact: TextTable;
  readonly #suffix: TextTable;
  readonly #endsWith: TextTable;
  readonly #contains: ContainsAutomaton | undefined;
  /** What hardly any name passes: of whole names, of endings, of what lies inside. */
  readonly #wholes: HashFilter;
  readonly #endings: HashFilter;
  readonly #grams: GramFilter;
  /** Rules that any name matches, and rules without name and address. */
  readonly #anyName: number;
  readonly #others: number;
  readonly #forest: PrefixForest;
  /** Queue of each prefix, and the smallest rule of it and its parents. */
  readonly #prefixQueues: Int32Array;
  readonly #prefixFronts: Int32Array;
  /** Further from a name's end no table has a text; what is contained is looked for without the filter. */
  readonly #reach: number;

  constructor(rules: readonly Rule[]) {
    this.rules = rules;
    this.#conditions = new Conditions(rules);
    const queues = new RuleQueues(this.#conditions);
    this.#queues = queues;
    this.#exact = new TextTable(queues);
    this.#suffix = new TextTable(queues);
    this.#endsWith = new TextTable(queues);
    this.#anyName = queues.open();
    this.#others = queues.open();
    const contained = new Map<string, number>();
    rules.forEach((rule, index) => {
      for (const pattern of rule.names) this.#addPattern(pattern, index, contained);
      const isEmpty = rule.ports.length === 0 && rule.protocols.length === 0;
      if (rule.names.length === 0 && rule.addresses.length === 0 && (rule.any || !isEmpty))
        queues.append(this.#others, index);
    });
    this.#contains = contained.size > 0 ? new ContainsAutomaton(queues, contained, NO_RULE) : undefined;
    this.#grams = new GramFilter([...contained.keys()]);
    this.#wholes = new HashFilter([this.#exact]);
    this.#endings = new HashFilter([this.#suffix, this.#endsWith]);
    const longest = Math.max(this.#exact.longest, this.#suffix.longest, this.#endsWith.longest);
    this.#reach = Math.max(longest, contained.size > 0 ? LONGEST_NAME : 0);
    const byAddress = rules.flatMap((rule) => (rule.names.length === 0 ? rule.addresses : []));
    this.#forest = new PrefixForest(byAddress);
    this.#prefixQueues = Int32Array.from({ length: this.#forest.count }, () => queues.open());
    this.#prefixFronts = new Int32Array(this.#forest.count);
    this.#addPrefixes();
  }

  match(
    protocol: NameProtocol | undefined,
    nameBytes: Uint8Array,
    nameStart: number,
    nameEnd: number,
    addressBytes: Uint8Array,
    addressAt: number,
    ipVersion: 4 | 6,
    port: number,
    timeMs: number,
  ): number {
    this.#conditions.begin(protocol, addressBytes, addressAt, ipVersion, port, timeMs);
    let best = this.#queues.first(this.#others, NO_RULE);
    if (protocol !== undefined) {
      best = this.#queues.first(this.#anyName, best);
      best = this.#firstByName(nameBytes, nameStart, nameEnd, best);
    }
    if (this.#prefixQueues.length > 0) best = this.#firstByAddress(addressBytes, addressAt, ipVersion, best);
    return best === NO_RULE ? -1 : best;
  }

  /**
   * One pass from the name's end. At each byte a bit tells whether a text may begin there, and another whether one
   * may lie there that is contained; hardly any name needs more.
   */
  #firstByName(bytes: Uint8Array, start: number, end: number, best: number): number {
    const endings = this.#endings.bits;
    const endingsShift = this.#endings.shift;
    const { bits: grams, shift: gramsShift, hasShort, hasLong } = this.#grams;
    const low = Math.max(start, end - this.#reach);
    let mayContain = this.#grams.isOpen || low > start ? 1 : 0;
    const fold = FOLD;
    let hash = HASH_SEED;
    let four = 0;
    let before = 0;
    for (let i = end - 1; i >= low; i--) {
      const byte = fold[bytes[i]!]!;
      hash = hashByte(hash, byte);
      const bit = hash >>> endingsShift;
      if (((endings[bit >>> 5]! >>> (bit & 31)) & 1) === 1) {
        best = this.#endsWith.first(hash, bytes, i, end, best);
        if (byte === DOT && i > start) best = this.#suffix.first(hash, bytes, i, end, best);
      }
      if (hasLong) {
        before = (before << 8) | (four >>> 24);
        four = (four << 8) | byte;
        const gram = longGram(four, before) >>> gramsShift;
        mayContain |= grams[gram >>> 5]! >>> (gram & 31);
      } else four = (four << 8) | byte;
      if (hasShort) {
        const gram = shortGram(four) >>> gramsShift;
        mayContain |= grams[gram >>> 5]! >>> (gram & 31);
      }
    }
    if (low === start && this.#wholes.mayHold(hash)) best = this.#exact.first(hash, bytes, start, end, best);
    if ((mayContain & 1) === 1 && this.#contains) return this.#contains.first(bytes, start, end, best);
    return best;
  }

  #firstByAddress(bytes: Uint8Array, at: number, version: number, best: number): number {
    const forest = this.#forest;
    for (let prefix = forest.innermost(bytes, at, version); prefix >= 0; prefix = forest.parent(prefix)) {
      if (this.#prefixFronts[prefix]! >= best) return best;
      best = this.#queues.first(this.#prefixQueues[prefix]!, best);
    }
    return best;
  }

  #addPattern({ kind, text }: NamePattern, rule: number, contained: Map<string, number>): void {
    const folded = foldedBytes(text);
    if (kind === "exact") this.#exact.add(folded, rule);
    else if (kind === "suffix") this.#suffix.add(folded, rule);
    else if (folded === "") this.#queues.append(this.#anyName, rule);
    else if (kind === "ends-with") this.#endsWith.add(folded, rule);
    else {
      let queue = contained.get(folded);
      if (queue === undefined) contained.set(folded, (queue = this.#queues.open()));
      this.#queues.append(queue, rule);
    }
  }

  #addPrefixes(): void {
    this.rules.forEach((rule, index) => {
      if (rule.names.length > 0) return;
      for (const prefix of rule.addresses)
        this.#queues.append(this.#prefixQueues[this.#forest.indexOf(prefix)]!, index);
    });
    this.#prefixQueues.forEach((queue, prefix) => {
      const parent = this.#forest.parent(prefix);
      const around = parent < 0 ? NO_RULE : this.#prefixFronts[parent]!;
      this.#prefixFronts[prefix] = Math.min(this.#queues.front(queue, NO_RULE), around);
    });
  }
}
