/**
 * A set of hashes of which only the highest bits are kept: of nearly all hashes that are not in it, it says so, and
 * of none that is. One memory access a question.
 */

const FEWEST_BITS_LOG2 = 10;
const MOST_BITS_LOG2 = 27;

export class HashFilter {
  readonly bits: Int32Array;
  /** A hash's bit is what is left of it after this many are shifted out. */
  readonly shift: number;

  /** Room for so many hashes, each with so many bits. */
  constructor(hashes: number, bitsPerHash: number) {
    const size = Math.ceil(Math.log2(bitsPerHash * hashes + 1));
    const bits = Math.min(MOST_BITS_LOG2, Math.max(FEWEST_BITS_LOG2, size));
    this.bits = new Int32Array(2 ** (bits - 5));
    this.shift = 32 - bits;
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
