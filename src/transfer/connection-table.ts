/**
 * Finds a packet's connection: an open-addressing hash table over the bytes of both endpoints, no allocation a look-up.
 * Bounds: the owner removes connections; the table doubles at half load.
 */
import type { Packet } from "../packet/packet.ts";
import type { Connection } from "./connection.ts";

/** Eight words of addresses, one of ports, one of IP version. */
const KEY_WORDS = 10;
const INITIAL_SLOTS = 1 << 12;
const TOMBSTONE = -2;
const EMPTY = -1;

export class ConnectionTable {
  /** The packet's key, filled by `key`. */
  readonly #key = new Int32Array(KEY_WORDS);
  /** Whether the packet comes from the high end. */
  fromHigh = false;
  #slots = new Int32Array(INITIAL_SLOTS).fill(EMPTY);
  #keys = new Int32Array((INITIAL_SLOTS / 2) * KEY_WORDS);
  #values: (Connection | undefined)[] = [];
  #free: number[] = [];
  #used = 0;
  /** Open connections. */
  size = 0;

  /** The packet's connection, if there is one. Sets `fromHigh`. */
  find(packet: Packet): Connection | undefined {
    const slot = this.#find(this.#readKey(packet));
    return slot < 0 ? undefined : this.#values[this.#slots[slot]!];
  }

  /** Puts `connection` under the key of `packet`, replacing one that is there. */
  set(packet: Packet, connection: Connection): void {
    const hash = this.#readKey(packet);
    const found = this.#find(hash);
    if (found >= 0) {
      this.#values[this.#slots[found]!] = connection;
      return;
    }
    if (2 * (this.#used + 1) > this.#slots.length) this.#rehash();
    let entry = this.#free.pop();
    if (entry === undefined) entry = this.#values.length;
    if ((entry + 1) * KEY_WORDS > this.#keys.length) {
      const keys = new Int32Array(this.#keys.length * 2);
      keys.set(this.#keys);
      this.#keys = keys;
    }
    this.#values[entry] = connection;
    this.#keys.set(this.#key, entry * KEY_WORDS);
    this.#insert(entry, hash);
    this.size++;
  }

  /** Removes every connection for which `gone` holds. */
  removeWhere(gone: (connection: Connection) => boolean): void {
    for (let slot = 0; slot < this.#slots.length; slot++) {
      const entry = this.#slots[slot]!;
      if (entry < 0 || !gone(this.#values[entry]!)) continue;
      this.#values[entry] = undefined;
      this.#free.push(entry);
      this.#slots[slot] = TOMBSTONE;
      this.size--;
    }
  }

  /** Puts another connection in the place of each. */
  replace(successor: (connection: Connection) => Connection): void {
    for (let entry = 0; entry < this.#values.length; entry++) {
      const connection = this.#values[entry];
      if (connection) this.#values[entry] = successor(connection);
    }
  }

  #insert(entry: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot]! >= 0) slot = (slot + 1) & mask;
    if (this.#slots[slot] === EMPTY) this.#used++;
    this.#slots[slot] = entry;
  }

  #find(hash: number): number {
    const slots = this.#slots;
    const keys = this.#keys;
    const key = this.#key;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot]!;
      if (entry === EMPTY) return -1;
      if (entry === TOMBSTONE) continue;
      const at = entry * KEY_WORDS;
      let word = KEY_WORDS - 1;
      while (word >= 0 && keys[at + word] === key[word]) word--;
      if (word < 0) return slot;
    }
  }

  #rehash(): void {
    const slots = new Int32Array(
      Math.max(INITIAL_SLOTS, 2 ** Math.ceil(Math.log2((this.size + 1) * 4))),
    ).fill(EMPTY);
    const old = this.#slots;
    this.#slots = slots;
    this.#used = 0;
    for (const entry of old) {
      if (entry >= 0) this.#insert(entry, hashOf(this.#keys, entry * KEY_WORDS));
    }
  }

  /** Reads both endpoints into the key, low one first, and gives its hash. */
  #readKey(packet: Packet): number {
    const { bytes, addressOffset: at } = packet;
    const width = packet.ipVersion === 4 ? 4 : 16;
    let order = 0;
    for (let i = 0; i < width && order === 0; i++) order = bytes[at + i]! - bytes[at + width + i]!;
    if (order === 0) order = packet.sourcePort - packet.destinationPort;
    this.fromHigh = order > 0;
    const low = order > 0 ? at + width : at;
    const high = order > 0 ? at : at + width;
    const key = this.#key;
    const words = width >> 2;
    for (let word = 0; word < words; word++) {
      const a = low + 4 * word;
      const b = high + 4 * word;
      key[2 * word] = (bytes[a]! << 24) | (bytes[a + 1]! << 16) | (bytes[a + 2]! << 8) | bytes[a + 3]!;
      key[2 * word + 1] = (bytes[b]! << 24) | (bytes[b + 1]! << 16) | (bytes[b + 2]! << 8) | bytes[b + 3]!;
    }
    for (let word = 2 * words; word < 8; word++) key[word] = 0;
    key[8] =
      order > 0
        ? (packet.destinationPort << 16) | packet.sourcePort
        : (packet.sourcePort << 16) | packet.destinationPort;
    key[9] = packet.ipVersion;
    return hashOf(key, 0);
  }
}

/** FNV-style mixing over words, finished as in MurmurHash3. */
function hashOf(words: Int32Array, at: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < KEY_WORDS; i++) hash = Math.imul(hash ^ words[at + i]!, 0x01000193) ^ (hash >>> 15);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  return hash >>> 0;
}
