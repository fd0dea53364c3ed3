/**
 * Pairs of client and outside address whose later flows are treated like the one that tainted them (Turkey 2023-25:
 * "One throttled SNI made LATER no-SNI connections to the same address slow too"). Scenario clock.
 * Bounds: maxTaints pairs, the oldest forgotten. Exact: pairs with the same hash replace each other.
 */
import { hashBytes } from "../../packet/flow-key.ts";
import type { Packet } from "../../packet/packet.ts";
import type { Rule } from "../../rules/rule.ts";

interface Taint {
  /** Client's address, then the outside one. */
  readonly addresses: Uint8Array;
  readonly rule: Rule;
  readonly untilMs: number;
}

export class TaintTable {
  readonly #taints = new Map<number, Taint>();
  readonly #maxTaints: number;

  constructor(maxTaints: number) {
    this.#maxTaints = maxTaints;
  }

  get size(): number {
    return this.#taints.size;
  }

  /** `up`: the packet comes from the client. */
  add(packet: Packet, up: boolean, rule: Rule, untilMs: number): void {
    const addresses = pairOf(packet, up);
    const hash = hashBytes(addresses, 0, addresses.length);
    this.#taints.delete(hash);
    if (this.#taints.size >= this.#maxTaints) this.#taints.delete(this.#taints.keys().next().value!);
    this.#taints.set(hash, { addresses, rule, untilMs });
  }

  /** The rule that the packet's pair of addresses is under, if any. */
  ruleFor(packet: Packet, up: boolean, nowMs: number): Rule | undefined {
    if (this.#taints.size === 0) return undefined;
    const addresses = pairOf(packet, up);
    const hash = hashBytes(addresses, 0, addresses.length);
    const taint = this.#taints.get(hash);
    if (!taint || !isSame(taint.addresses, addresses)) return undefined;
    if (nowMs < taint.untilMs) return taint.rule;
    this.#taints.delete(hash);
    return undefined;
  }

  /** Forgets the pairs whose rule is lifted. */
  keepOnly(isKept: (rule: Rule) => boolean): void {
    for (const [hash, { rule }] of this.#taints) if (!isKept(rule)) this.#taints.delete(hash);
  }
}

function pairOf({ bytes, addressOffset: at, ipVersion }: Packet, up: boolean): Uint8Array {
  const length = ipVersion === 6 ? 16 : 4;
  const pair = bytes.slice(at, at + 2 * length);
  if (!up) {
    pair.copyWithin(0, length);
    pair.set(bytes.subarray(at, at + length), length);
  }
  return pair;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
