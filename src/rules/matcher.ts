/**
 * A rule list becomes a matcher that works on the bytes of a packet. Rules are found by name, else by address; those
 * with neither are tried in list order. Names: one pass from the end for exact, suffix and ends-with (name-index.ts),
 * and one for contains (contains-automaton.ts), which hardly any name needs (gram-filter.ts). Addresses:
 * prefix-forest.ts. The earliest rule that holds wins.
 * A match costs time in proportion to the name; rules that differ only in dates, ports, protocols or addresses are
 * tried one after the other. Memory is in proportion to the list (about 60 bytes a name). `match` allocates nothing.
 */
import { Conditions } from "./conditions.ts";
import { ContainsAutomaton } from "./contains-automaton.ts";
import { GramFilter } from "./gram-filter.ts";
import { NameIndex } from "./name-index.ts";
import { foldedBytes } from "./name-pattern.ts";
import { PrefixForest } from "./prefix-forest.ts";
import type { AddressPrefix, Matcher, NamePattern, NameProtocol, Rule, RuleList } from "./rule.ts";
import { RuleQueues } from "./rule-queues.ts";

const NO_RULE = 0x7fffffff;

export function compileRules(list: RuleList): Matcher {
  return new CompiledMatcher(list.rules);
}

class CompiledMatcher implements Matcher {
  readonly rules: readonly Rule[];
  readonly #conditions: Conditions;
  readonly #queues: RuleQueues;
  readonly #names: NameIndex;
  readonly #contains: { readonly filter: GramFilter; readonly automaton: ContainsAutomaton } | undefined;
  /** Rules that any name matches, and rules without name and address. */
  readonly #anyName: number;
  readonly #others: number;
  readonly #forest: PrefixForest;
  /** Queue of each prefix, and the smallest rule of it and its parents. */
  readonly #prefixQueues: Int32Array;
  readonly #prefixFronts: Int32Array;

  constructor(rules: readonly Rule[]) {
    this.rules = rules;
    this.#conditions = new Conditions(rules);
    const most = { exact: 0, suffix: 0, "ends-with": 0, contains: 0 };
    const byAddress: AddressPrefix[] = [];
    for (const { names, addresses } of rules) {
      for (const { kind } of names) most[kind]++;
      if (names.length === 0) for (const prefix of addresses) byAddress.push(prefix);
    }
    const criteria = most.exact + most.suffix + most["ends-with"] + most.contains + byAddress.length;
    const queues = new RuleQueues(this.#conditions, criteria + 2, criteria + rules.length);
    this.#queues = queues;
    this.#names = new NameIndex(queues, most);
    this.#anyName = queues.open();
    this.#others = queues.open();
    const contained = new Map<string, number>();
    rules.forEach((rule, index) => {
      for (const pattern of rule.names) this.#addPattern(pattern, index, contained);
      const isEmpty = rule.ports.length === 0 && rule.protocols.length === 0;
      if (rule.names.length === 0 && rule.addresses.length === 0 && (rule.any || !isEmpty))
        queues.append(this.#others, index);
    });
    this.#names.seal();
    if (contained.size > 0) {
      const filter = new GramFilter([...contained.keys()]);
      this.#contains = { filter, automaton: new ContainsAutomaton(queues, contained, NO_RULE) };
    }
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
      best = this.#names.first(nameBytes, nameStart, nameEnd, best);
      if (this.#contains?.filter.mayLieIn(nameBytes, nameStart, nameEnd))
        best = this.#contains.automaton.first(nameBytes, nameStart, nameEnd, best);
    }
    if (this.#prefixQueues.length > 0) best = this.#firstByAddress(addressBytes, addressAt, ipVersion, best);
    return best === NO_RULE ? -1 : best;
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
    if (folded === "" && (kind === "ends-with" || kind === "contains"))
      this.#queues.append(this.#anyName, rule);
    else if (kind !== "contains") this.#names.add(kind, folded, rule);
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
