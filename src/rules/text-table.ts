/**
 * Texts and their queues of rules in a hash table with open addressing, at most half full. The hash runs from a
 * text's end to its beginning, so that one pass over a name has the hash of each of its endings.
 * Memory: about 40 bytes a text beside its own bytes. A list of texts made to collide only compiles slowly.
 */
import { grown } from "../base/columns.ts";
import { FOLD } from "./name-pattern.ts";
import type { RuleQueues } from "./rule-queues.ts";

export const HASH_SEED = 0x2545f491;

/** One more byte in front. The multiplication spreads it upwards: the highest bits are the best. */
export function hashByte(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, -1640531535);
}

export class TextTable {
  readonly #queues: RuleQueues;
  /** Pairs of a hash and a text's number from 1; 0 is free. */
  #slots = new Int32Array(2 * 64);
  #mask = 63;
  /** 32 minus the number of bits of a slot's number: the highest bits of a hash are its slot. */
  #shift = 26;
  #offsets = new Uint32Array(32);
  #lengths = new Uint32Array(32);
  /** Queue of each text. */
  #queueOf = new Int32Array(32);
  #bytes = new Uint8Array(1024);
  #used = 0;
  #count = 0;
  /** Bytes of the longest text. */
  longest = 0;

  constructor(queues: RuleQueues) {
    this.#queues = queues;
  }

  get count(): number {
    return this.#count;
  }

  /** Sets the bit of every text's hash. */
  fill(filter: HashFilter): void {
    for (let slot = 0; slot < this.#slots.length; slot += 2)
      if (this.#slots[slot + 1] !== 0) filter.add(this.#slots[slot]!);
  }

  /** `text` has one character a byte, in lower case. */
  add(text: string, rule: number): void {
    const hash = this.#write(text);
    const end = this.#used + text.length;
    let slot = this.#find(hash, this.#bytes, this.#used, end);
    if (this.#slots[2 * slot + 1] === 0) {
      this.#count++;
      this.#keep(slot, hash, text.length);
      if (2 * this.#count > this.#mask) {
        this.#widen();
        slot = this.#find(hash, this.#bytes, end - text.length, end);
      }
    }
    this.#queues.append(this.#queueOf[this.#slots[2 * slot + 1]! - 1]!, rule);
  }

  /** The first rule before `best` whose text equals bytes[start, end), whose hash this is; otherwise `best`. */
  first(hash: number, bytes: Uint8Array, start: number, end: number, best: number): number {
    const number = this.#slots[2 * this.#find(hash, bytes, start, end) + 1]!;
    return number === 0 ? best : this.#queues.first(this.#queueOf[number - 1]!, best);
  }

  /** The slot that holds this text, or the free one where it would stand. */
  #find(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    for (let slot = hash >>> this.#shift; ; slot = (slot + 1) & mask) {
      const number = slots[2 * slot + 1]!;
      if (number === 0) return slot;
      if (slots[2 * slot] === hash && this.#equals(number - 1, bytes, start, end)) return slot;
    }
  }

  #equals(text: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#lengths[text] !== end - start) return false;
    const own = this.#bytes;
    for (let at = this.#offsets[text]!, i = start; i < end; at++, i++) {
      if (own[at] !== FOLD[bytes[i]!]) return false;
    }
    return true;
  }

  /** Writes the text behind the others, not yet as one of them. */
  #write(text: string): number {
    while (this.#used + text.length > this.#bytes.length)
      this.#bytes = grown(this.#bytes, 2 * this.#bytes.length);
    let hash = HASH_SEED;
    for (let i = text.length - 1; i >= 0; i--) {
      const byte = text.charCodeAt(i);
      this.#bytes[this.#used + i] = byte;
      hash = hashByte(hash, byte);
    }
    return hash;
  }

  #keep(slot: number, hash: number, length: number): void {
    const text = this.#count - 1;
    if (text === this.#offsets.length) {
      this.#offsets = grown(this.#offsets, 2 * text);
      this.#lengths = grown(this.#lengths, 2 * text);
      this.#queueOf = grown(this.#queueOf, 2 * text);
    }
    this.#offsets[text] = this.#used;
    this.#lengths[text] = length;
    this.#queueOf[text] = this.#queues.open();
    this.#used += length;
    this.#slots[2 * slot] = hash;
    this.#slots[2 * slot + 1] = text + 1;
    this.longest = Math.max(this.longest, length);
  }

  #widen(): void {
    const old = this.#slots;
    this.#mask = 2 * this.#mask + 1;
    this.#shift--;
    const slots = new Int32Array(2 * (this.#mask + 1));
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] === 0) continue;
      let slot = old[from]! >>> this.#shift;
      while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & this.#mask;
      slots[2 * slot] = old[from]!;
      slots[2 * slot + 1] = old[from + 1]!;
    }
    this.#slots = slots;
  }
}

/** Bits of a filter for each text: one in about so many hashes that are of no text is looked up in vain. */
const FILTER_BITS = 64;
const FEWEST_BITS_LOG2 = 10;
const MOST_BITS_LOG2 = 26;

/** A bit for the highest bits of each hash: nearly all that are in no table end here. */
export class HashFilter {
  readonly bits: Int32Array;
  readonly shift: number;

  constructor(tables: readonly TextTable[]) {
    const texts = tables.reduce((sum, { count }) => sum + count, 0);
    const size = Math.ceil(Math.log2(FILTER_BITS * texts + 1));
    const bits = Math.min(MOST_BITS_LOG2, Math.max(FEWEST_BITS_LOG2, size));
    this.bits = new Int32Array(2 ** (bits - 5));
    this.shift = 32 - bits;
    for (const table of tables) table.fill(this);
  }

  add(hash: number): void {
    const bit = hash >>> this.shift;
    this.bits[bit >>> 5]! |= 1 << (bit & 31);
  }

  /** Never false for a hash that was added. */
  mayHold(hash: number): boolean {
    const bit = hash >>> this.shift;
    return ((this.bits[bit >>> 5]! >>> (bit & 31)) & 1) === 1;
  }
}
