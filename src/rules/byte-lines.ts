/**
 * Bytes in chunks of any size become lines of bytes, every one of them, blank ones too, numbered from 1.
 * A line is valid during the call only. Memory is bounded by the longest line allowed: a longer one is given up at
 * once, reported with its number, and reading goes on at the next. A trailing CR is dropped.
 */
import { grown } from "../base/columns.ts";

/** The registry's longest lines hold some thousand addresses. */
export const LONGEST_LINE_BYTES = 1 << 20;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export interface LineConsumer {
  line(bytes: Uint8Array, line: number): void;
  tooLong(line: number): void;
}

export class ByteLines {
  readonly #consumer: LineConsumer;
  /** What came of a line before the chunk. */
  #held = new Uint8Array(1024);
  #size = 0;
  #skipping = false;
  #line = 1;

  constructor(consumer: LineConsumer) {
    this.#consumer = consumer;
  }

  push(chunk: Uint8Array): void {
    for (let start = 0; start < chunk.length; ) {
      const feed = chunk.indexOf(LINE_FEED, start);
      const end = feed < 0 ? chunk.length : feed;
      if (feed >= 0 && this.#size === 0 && !this.#skipping && end - start <= LONGEST_LINE_BYTES)
        this.#hand(chunk.subarray(start, end));
      else {
        this.#hold(chunk.subarray(start, end));
        if (feed < 0) return;
        this.#finish();
      }
      start = end + 1;
    }
  }

  /** Hands out a last line that has no line end. */
  end(): void {
    if (this.#size > 0 || this.#skipping) this.#finish();
  }

  #hold(piece: Uint8Array): void {
    if (this.#skipping) return;
    const size = this.#size + piece.length;
    if (size > LONGEST_LINE_BYTES) {
      this.#skipping = true;
      return;
    }
    if (size > this.#held.length) this.#held = grown(this.#held, Math.max(size, 2 * this.#held.length));
    this.#held.set(piece, this.#size);
    this.#size = size;
  }

  #finish(): void {
    const size = this.#size;
    this.#size = 0;
    if (this.#skipping) {
      this.#skipping = false;
      this.#consumer.tooLong(this.#line++);
    } else this.#hand(this.#held.subarray(0, size));
  }

  #hand(line: Uint8Array): void {
    const bare = line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
    this.#consumer.line(bare, this.#line++);
  }
}
