/**
 * The flows that a box remembers, each once for both directions: TCP and UDP by addresses and ports, everything else by
 * addresses and protocol. A flow is the number of its slot; what is known of it lies in columns beside (flow-states.ts).
 * Bounds: maxFlows slots, allocated once; when all are taken the flow that was idle longest makes room, in O(1).
 * A lookup allocates nothing. Hashes are seeded, so that nobody can aim packets at one chain.
 */
import { finish, mix, word } from "../../packet/flow-key.ts";
import type { Packet } from "../../packet/packet.ts";
import { PROTOCOL_TCP, PROTOCOL_UDP } from "../../packet/packet.ts";

/** Two addresses of four words, the ports, protocol and IP version. */
const KEY_WORDS = 10;
const PORTS_AT = 8;
const KIND_AT = 9;
const NONE = -1;

export class FlowTable {
  readonly #maxFlows: number;
  readonly #seed: number;
  readonly #left: (flow: number) => void;
  readonly #keys: Int32Array;
  readonly #hashes: Uint32Array;
  /** First flow of each chain, and the next one in the same chain (or the next free slot). */
  readonly #heads: Int32Array;
  readonly #next: Int32Array;
  /** The order of last use, as a list in both directions. */
  readonly #older: Int32Array;
  readonly #newer: Int32Array;
  readonly #lastMs: Float64Array;
  #oldest = NONE;
  #newest = NONE;
  #used = 0;
  #free = NONE;
  #size = 0;

  readonly #wanted = new Int32Array(KEY_WORDS);
  /** Of the packet that was last looked up: its hash, and whether its source is the lower of the two ends. */
  hash = 0;
  sourceIsLow = false;

  /** `left` is called for every flow that leaves, before its slot is used again. */
  constructor(maxFlows: number, seed: number, left: (flow: number) => void) {
    this.#maxFlows = maxFlows;
    this.#seed = seed | 0;
    this.#left = left;
    this.#keys = new Int32Array(maxFlows * KEY_WORDS);
    this.#hashes = new Uint32Array(maxFlows);
    this.#heads = new Int32Array(2 ** Math.ceil(Math.log2(maxFlows * 2))).fill(NONE);
    this.#next = new Int32Array(maxFlows);
    this.#older = new Int32Array(maxFlows);
    this.#newer = new Int32Array(maxFlows);
    this.#lastMs = new Float64Array(maxFlows);
  }

  get size(): number {
    return this.#size;
  }

  /** The flow that would make room first, or -1. */
  get oldest(): number {
    return this.#oldest;
  }

  get isFull(): boolean {
    return this.#size === this.#maxFlows;
  }

  /** Scenario clock of the flow's last packet. */
  lastMs(flow: number): number {
    return this.#lastMs[flow]!;
  }

  /** The packet's flow, or -1. */
  find(packet: Packet): number {
    this.#readKey(packet);
    const keys = this.#keys;
    const wanted = this.#wanted;
    let flow = this.#heads[this.hash & (this.#heads.length - 1)]!;
    while (flow !== NONE) {
      if (this.#hashes[flow] === this.hash) {
        const at = flow * KEY_WORDS;
        let i = 0;
        while (i < KEY_WORDS && keys[at + i] === wanted[i]) i++;
        if (i === KEY_WORDS) return flow;
      }
      flow = this.#next[flow]!;
    }
    return NONE;
  }

  /** A new flow for the packet that was last looked up and not found; when the table is full the oldest one leaves. */
  add(nowMs: number): number {
    if (this.#size === this.#maxFlows) this.remove(this.#oldest);
    let flow = this.#free;
    if (flow === NONE) flow = this.#used++;
    else this.#free = this.#next[flow]!;
    for (let i = 0, at = flow * KEY_WORDS; i < KEY_WORDS; i++) this.#keys[at + i] = this.#wanted[i]!;
    this.#hashes[flow] = this.hash;
    const chain = this.hash & (this.#heads.length - 1);
    this.#next[flow] = this.#heads[chain]!;
    this.#heads[chain] = flow;
    this.#lastMs[flow] = nowMs;
    this.#append(flow);
    this.#size++;
    return flow;
  }

  /** Notes that a packet of the flow was seen. */
  touch(flow: number, nowMs: number): void {
    this.#lastMs[flow] = nowMs;
    if (flow === this.#newest) return;
    this.#unlink(flow);
    this.#append(flow);
  }

  remove(flow: number): void {
    this.#left(flow);
    const chain = this.#hashes[flow]! & (this.#heads.length - 1);
    let at = this.#heads[chain]!;
    if (at === flow) this.#heads[chain] = this.#next[flow]!;
    else {
      while (this.#next[at] !== flow) at = this.#next[at]!;
      this.#next[at] = this.#next[flow]!;
    }
    this.#unlink(flow);
    this.#next[flow] = this.#free;
    this.#free = flow;
    this.#size--;
  }

  #append(flow: number): void {
    this.#older[flow] = this.#newest;
    this.#newer[flow] = NONE;
    if (this.#newest === NONE) this.#oldest = flow;
    else this.#newer[this.#newest] = flow;
    this.#newest = flow;
  }

  #unlink(flow: number): void {
    const older = this.#older[flow]!;
    const newer = this.#newer[flow]!;
    if (older === NONE) this.#oldest = newer;
    else this.#newer[older] = newer;
    if (newer === NONE) this.#newest = older;
    else this.#older[newer] = older;
  }

  /** Both directions of a flow have one key: the lower end comes first. */
  #readKey({ bytes, addressOffset: at, ipVersion, protocol, sourcePort, destinationPort }: Packet): void {
    const key = this.#wanted;
    const words = ipVersion === 6 ? 4 : 1;
    const hasPorts = protocol === PROTOCOL_TCP || protocol === PROTOCOL_UDP;
    let order = 0;
    for (let i = 0; i < words && order === 0; i++) {
      order = (word(bytes, at + 4 * i) >>> 0) - (word(bytes, at + 4 * (words + i)) >>> 0);
    }
    if (order === 0 && hasPorts) order = sourcePort - destinationPort;
    this.sourceIsLow = order <= 0;
    const low = this.sourceIsLow ? at : at + 4 * words;
    const high = this.sourceIsLow ? at + 4 * words : at;
    let hash = this.#seed;
    for (let i = 0; i < 4; i++) {
      if (i < words) {
        key[i] = word(bytes, low + 4 * i);
        key[4 + i] = word(bytes, high + 4 * i);
        hash = mix(mix(hash, key[i]!), key[4 + i]!);
      } else key[i] = key[4 + i] = 0;
    }
    key[PORTS_AT] = !hasPorts
      ? 0
      : this.sourceIsLow
        ? (sourcePort << 16) | destinationPort
        : (destinationPort << 16) | sourcePort;
    key[KIND_AT] = (ipVersion << 8) | protocol;
    this.hash = finish(mix(mix(hash, key[PORTS_AT]!), key[KIND_AT]!));
  }
}
