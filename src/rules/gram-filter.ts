/**
 * Says of nearly every name that none of many texts lies in it, from four or eight neighbouring bytes at a time
 * (a gram): each text leaves one bit, for the gram that is rarest among all texts. Never says so of a name that
 * holds one. Texts shorter than a gram cannot be told: with one of them, every name may hold it.
 * The loop over a name stands in matcher.ts. Memory: 16 kB to 8 MB.
 */
import { FOLD } from "./name-pattern.ts";

const SHORT_GRAM = 4;
const LONG_GRAM = 8;
/** Bits of the filter for each text, and the bounds of their sum's logarithm. */
const BITS_PER_TEXT = 192;
const FEWEST_BITS_LOG2 = 17;
const MOST_BITS_LOG2 = 26;
/** Counters of grams; what they count twice makes a choice worse, not wrong. */
const COUNTERS_LOG2 = 20;

/** Of the last four bytes, the latest lowest. */
export function shortGram(four: number): number {
  return Math.imul(four, -1640531535);
}

/** Of the last eight bytes; `before` are the four before `four`. */
export function longGram(four: number, before: number): number {
  return Math.imul(Math.imul(four, -1640531535) ^ before, -1640531535);
}

export class GramFilter {
  /** No text leaves a bit: every name may hold one. */
  readonly isOpen: boolean;
  readonly hasShort: boolean;
  readonly hasLong: boolean;
  readonly bits: Int32Array;
  readonly shift: number;

  /** `texts`: one character a byte, in lower case. */
  constructor(texts: readonly string[]) {
    const size = Math.ceil(Math.log2(BITS_PER_TEXT * texts.length + 1));
    const bits = Math.min(MOST_BITS_LOG2, Math.max(FEWEST_BITS_LOG2, size));
    this.shift = 32 - bits;
    this.bits = new Int32Array(2 ** (bits - 5));
    this.isOpen = texts.some((text) => text.length < SHORT_GRAM);
    this.hasShort = texts.some((text) => text.length < LONG_GRAM);
    this.hasLong = texts.some((text) => text.length >= LONG_GRAM);
    if (this.isOpen) return;
    const counts = new Uint32Array(2 ** COUNTERS_LOG2);
    const counterOf = (gram: number): number => gram >>> (32 - COUNTERS_LOG2);
    const grams = new Int32Array(LONGEST_GRAMS);
    for (const text of texts) {
      const count = gramsOf(text, grams);
      for (let i = 0; i < count; i++) counts[counterOf(grams[i]!)]!++;
    }
    for (const text of texts) {
      const count = gramsOf(text, grams);
      let rarest = 0;
      for (let i = 1; i < count; i++) {
        if (counts[counterOf(grams[i]!)]! < counts[counterOf(grams[rarest]!)]!) rarest = i;
      }
      const bit = grams[rarest]! >>> this.shift;
      this.bits[bit >>> 5]! |= 1 << (bit & 31);
    }
  }
}

/** More grams of one text are not looked at. */
const LONGEST_GRAMS = 256;

/** The text's grams, read from its end as a name is; returns how many. */
function gramsOf(text: string, grams: Int32Array): number {
  const size = text.length < LONG_GRAM ? SHORT_GRAM : LONG_GRAM;
  let four = 0;
  let before = 0;
  let count = 0;
  for (let i = text.length - 1; i >= 0 && count < grams.length; i--) {
    before = (before << 8) | (four >>> 24);
    four = (four << 8) | FOLD[text.charCodeAt(i)]!;
    if (text.length - i >= size)
      grams[count++] = size === SHORT_GRAM ? shortGram(four) : longGram(four, before);
  }
  return count;
}
