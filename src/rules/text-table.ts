/**
 * Texts and their queues of rules in a hash table with open addressing, at most half full. The hash runs from a
 * text's end to its beginning, so that one pass over a name has the hash of each of its endings.
 * Memory: about 40 bytes a text beside its own bytes. A list of texts made to collide only compiles slowly.
 */
import { grown } from "../base/columns.ts";
import { FOLD } from "./name-pattern.ts";
import type { RuleQueues } from "./rule-queues.ts";

/** Room for a text to begin with; grows when they are longer. */
const TYPICAL_BYTES = 20;

export const HASH_SEED = 0x2545f491;

/** One more byte in front. The multiplication spreads it upwards: the highest bits are the best. */
export function hashByte(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, -1640531535);
}

export class TextTable {
  readonly #queues: RuleQueues;
  /** Pairs of a hash and a text's number from 1; 0 is free. */
  readonly #slots: Int32Array;
  readonly #mask: number;
  /** The highest bits of a hash are its slot; these many are below them. */
  readonly #shift: number;
  readonly #offsets: Uint32Array;
  readonly #lengths: Uint32Array;
  /** Queue of each text. */
  readonly #queueOf: Int32Array;
  #bytes: Uint8Array;
  #used = 0;
  #count = 0;

  /** With room for so many texts. */
  constructor(queues: RuleQueues, most: number) {
    this.#queues = queues;
    const bits = Math.max(1, Math.ceil(Math.log2(2 * most + 1)));
    this.#slots = new Int32Array(2 ** (bits + 1));
    this.#mask = 2 ** bits - 1;
    this.#shift = 32 - bits;
    this.#offsets = new Uint32Array(most);
    this.#lengths = new Uint32Array(most);
    this.#queueOf = new Int32Array(most);
    this.#bytes = new Uint8Array(TYPICAL_BYTES * most);
  }

  get count(): number {
    return this.#count;
  }

  /** Hands out the hash of every text. */
  eachHash(take: (hash: number) => void): void {
    for (let slot = 0; slot < this.#slots.length; slot += 2)
      if (this.#slots[slot + 1] !== 0) take(this.#slots[slot]!);
  }

  /** Hands out the hashes of every text's last bytes, so many of them and any multiple of `step` more. */
  eachEnding(fewest: number, step: number, take: (hash: number) => void): void {
    for (let text = 0; text < this.#count; text++) {
      const start = this.#offsets[text]!;
      const end = start + this.#lengths[text]!;
      let hash = HASH_SEED;
      for (let i = end - 1; i >= start; i--) {
        hash = hashByte(hash, this.#bytes[i]!);
        if (end - i >= fewest && (end - i - fewest) % step === 0) take(hash);
      }
    }
  }

  /** `text` has one character a byte, in lower case. */
  add(text: string, rule: number): void {
    const hash = this.#write(text);
    const slot = this.#find(hash, this.#bytes, this.#used, this.#used + text.length);
    if (this.#slots[2 * slot + 1] === 0) this.#keep(slot, hash, text.length);
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
    const end = this.#used + text.length;
    if (end > this.#bytes.length) this.#bytes = grown(this.#bytes, 2 * end);
    let hash = HASH_SEED;
    for (let i = text.length - 1; i >= 0; i--) {
      const byte = text.charCodeAt(i);
      this.#bytes[this.#used + i] = byte;
      hash = hashByte(hash, byte);
    }
    return hash;
  }

  #keep(slot: number, hash: number, length: number): void {
    const text = this.#count++;
    this.#offsets[text] = this.#used;
    this.#lengths[text] = length;
    this.#queueOf[text] = this.#queues.open();
    this.#used += length;
    this.#slots[2 * slot] = hash;
    this.#slots[2 * slot + 1] = text + 1;
  }
}
