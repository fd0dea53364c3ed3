/**
 * What a rule asks of a flow beside the name or address by which it was found: dates, port, protocol, address.
 * One flow at a time: `begin` takes it, `hold` judges rules for it. Most rules ask nothing, which costs one byte read.
 * Allocates nothing after construction.
 */
import { prefixContains } from "./address-prefix.ts";
import { PrefixForest } from "./prefix-forest.ts";
import type { NameProtocol, Rule } from "./rule.ts";

const DATED = 1;
const PORTS = 2;
const PROTOCOLS = 4;
const ADDRESSES = 8;

/** A name and more addresses than this are found in a forest of the rule's own. */
const MOST_ADDRESSES_TRIED = 16;

export class Conditions {
  readonly #rules: readonly Rule[];
  /** What each rule asks: 0 for nothing more. */
  readonly asks: Uint8Array;
  readonly #forests = new Map<number, PrefixForest>();
  #protocol: NameProtocol | undefined;
  #addressBytes: Uint8Array = new Uint8Array(16);
  #addressAt = 0;
  #version = 4;
  #port = 0;
  /** In an array, since a number of that size in a field may be allocated. */
  readonly #timeMs = new Float64Array(1);

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
    this.asks = new Uint8Array(rules.length);
    rules.forEach((rule, index) => {
      let asks = 0;
      if (rule.fromMs !== undefined || rule.untilMs !== undefined) asks |= DATED;
      if (rule.ports.length > 0) asks |= PORTS;
      if (rule.protocols.length > 0) asks |= PROTOCOLS;
      // A rule without names is found by its address.
      if (rule.names.length > 0 && rule.addresses.length > 0) {
        asks |= ADDRESSES;
        if (rule.addresses.length > MOST_ADDRESSES_TRIED)
          this.#forests.set(index, new PrefixForest(rule.addresses));
      }
      this.asks[index] = asks;
    });
  }

  begin(
    protocol: NameProtocol | undefined,
    addressBytes: Uint8Array,
    addressAt: number,
    version: number,
    port: number,
    timeMs: number,
  ): void {
    this.#protocol = protocol;
    this.#addressBytes = addressBytes;
    this.#addressAt = addressAt;
    this.#version = version;
    this.#port = port;
    this.#timeMs[0] = timeMs;
  }

  hold(index: number): boolean {
    const asks = this.asks[index]!;
    if (asks === 0) return true;
    const rule = this.#rules[index]!;
    if ((asks & DATED) !== 0) {
      const timeMs = this.#timeMs[0]!;
      if (rule.fromMs !== undefined && timeMs < rule.fromMs) return false;
      if (rule.untilMs !== undefined && timeMs >= rule.untilMs) return false;
    }
    if ((asks & PROTOCOLS) !== 0) {
      if (this.#protocol === undefined || !rule.protocols.includes(this.#protocol)) return false;
    }
    if ((asks & PORTS) !== 0 && !this.#holdsPort(rule)) return false;
    return (asks & ADDRESSES) === 0 || this.#holdsAddress(rule, index);
  }

  #holdsPort(rule: Rule): boolean {
    const { ports } = rule;
    for (let i = 0; i < ports.length; i++) {
      if (this.#port >= ports[i]!.low && this.#port <= ports[i]!.high) return true;
    }
    return false;
  }

  #holdsAddress(rule: Rule, index: number): boolean {
    const forest = this.#forests.get(index);
    if (forest) return forest.innermost(this.#addressBytes, this.#addressAt, this.#version) >= 0;
    const { addresses } = rule;
    for (let i = 0; i < addresses.length; i++) {
      if (prefixContains(addresses[i]!, this.#addressBytes, this.#addressAt, this.#version)) return true;
    }
    return false;
  }
}
