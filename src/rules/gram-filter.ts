/**
 * Says of nearly every name that none of many texts lies in it; never says so of a name that holds one. A name is read
 * in words of four bytes. A long text leaves a bit for each way in which two whole words may fall on it, a middle one
 * for each way in which one may; short ones are looked for at every byte. Where in a text is chosen so that few other
 * texts have the same bytes there, and no dot. With a text shorter than a word, every name may hold it.
 * Memory: 16 kB to 16 MB.
 */
import { FOLD } from "./name-pattern.ts";

const WORD = 4;
/** Neighbouring places of a text, one of which begins a word of the name, however the text lies in it. */
const PLACES = WORD;
const MIDDLE_TEXT = WORD + PLACES - 1;
const LONG_TEXT = 2 * WORD + PLACES - 1;
/** Bits of the filter for each text, and the bounds of their sum's logarithm. */
const BITS_PER_TEXT = 256;
const FEWEST_BITS_LOG2 = 17;
const MOST_BITS_LOG2 = 27;
/** Counters of grams; what they count twice makes a choice worse, not wrong. */
const COUNTERS_LOG2 = 20;
/** What a dot in a gram weighs: all names have one, and much the same behind it. */
const DOT_WEIGHT = 1000;
const DOT = 0x2e;

/** Mixes a word and the one before it (0 for a word alone). */
function mixWords(word: number, before: number): number {
  return Math.imul(Math.imul(word, -1640531535) ^ before, -2048144789);
}

export class GramFilter {
  /** No text leaves a bit: every name may hold one. */
  readonly #isOpen: boolean;
  readonly #hasMiddle: boolean;
  readonly #hasShort: boolean;
  readonly #bits: Int32Array;
  readonly #shift: number;

  /** `texts`: one character a byte, in lower case. */
  constructor(texts: readonly string[]) {
    const size = Math.ceil(Math.log2(BITS_PER_TEXT * texts.length + 1));
    const bits = Math.min(MOST_BITS_LOG2, Math.max(FEWEST_BITS_LOG2, size));
    this.#shift = 32 - bits;
    this.#bits = new Int32Array(2 ** (bits - 5));
    this.#isOpen = texts.some(({ length }) => length < WORD);
    this.#hasShort = texts.some(({ length }) => length < MIDDLE_TEXT);
    this.#hasMiddle = texts.some(({ length }) => length >= MIDDLE_TEXT && length < LONG_TEXT);
    if (!this.#isOpen) this.#fill(texts);
  }

  /** Whether one of the texts may lie in bytes[start, end). */
  mayLieIn(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#isOpen || (this.#hasShort && this.#mayHoldShort(bytes, start, end))) return true;
    const fold = FOLD;
    const bits = this.#bits;
    const shift = this.#shift;
    const hasMiddle = this.#hasMiddle;
    let before = 0;
    let found = 0;
    for (let i = start; i + WORD <= end; i += WORD) {
      const low = fold[bytes[i]!]! | (fold[bytes[i + 1]!]! << 8);
      const word = low | (fold[bytes[i + 2]!]! << 16) | (fold[bytes[i + 3]!]! << 24);
      const pair = mixWords(word, before) >>> shift;
      found |= bits[pair >>> 5]! >>> (pair & 31);
      if (hasMiddle) {
        const single = mixWords(word, 0) >>> shift;
        found |= bits[single >>> 5]! >>> (single & 31);
      }
      before = word;
    }
    return (found & 1) === 1;
  }

  #mayHoldShort(bytes: Uint8Array, start: number, end: number): boolean {
    const fold = FOLD;
    const bits = this.#bits;
    const shift = this.#shift;
    let word = 0;
    let found = 0;
    for (let i = start; i < end; i++) {
      word = (word >>> 8) | (fold[bytes[i]!]! << 24);
      const single = mixWords(word, 0) >>> shift;
      found |= bits[single >>> 5]! >>> (single & 31);
    }
    return (found & 1) === 1;
  }

  #fill(texts: readonly string[]): void {
    const counts = new Uint32Array(2 ** COUNTERS_LOG2);
    const counterOf = (gram: number): number => gram >>> (32 - COUNTERS_LOG2);
    for (const text of texts) {
      const { count, gramAt } = gramsOf(text);
      for (let at = 0; at < count; at++) counts[counterOf(gramAt(at))]!++;
    }
    for (const text of texts) {
      const { count, places, size, gramAt } = gramsOf(text);
      let best = 0;
      let least = Number.POSITIVE_INFINITY;
      for (let first = 0; first + places <= count; first++) {
        let weight = 0;
        for (let at = first; at < first + places; at++) weight += counts[counterOf(gramAt(at))]!;
        for (let at = first; at < first + places + size - 1; at++)
          if (text.charCodeAt(at) === DOT) weight += DOT_WEIGHT;
        if (weight >= least) continue;
        least = weight;
        best = first;
      }
      for (let at = best; at < best + places; at++) {
        const bit = gramAt(at) >>> this.#shift;
        this.#bits[bit >>> 5]! |= 1 << (bit & 31);
      }
    }
  }
}

/** The grams of a text: how long they are, how many neighbours leave a bit, and the gram at each place. */
function gramsOf(text: string) {
  const size = text.length < LONG_TEXT ? WORD : 2 * WORD;
  const places = text.length < MIDDLE_TEXT ? 1 : PLACES;
  const wordAt = (at: number): number => {
    const low = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 8);
    return low | (text.charCodeAt(at + 2) << 16) | (text.charCodeAt(at + 3) << 24);
  };
  const gramAt =
    size === WORD
      ? (at: number) => mixWords(wordAt(at), 0)
      : (at: number) => mixWords(wordAt(at + WORD), wordAt(at));
  return { size, places, count: text.length - size + 1, gramAt };
}
