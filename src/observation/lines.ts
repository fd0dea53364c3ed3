/**
 * Bytes in chunks of any size become lines of text. Memory is bounded by the longest line allowed:
 * a longer one is given up at once, reported with its number, and reading goes on at the next.
 * Invalid UTF-8 becomes U+FFFD. A byte order mark, a trailing CR and blank lines are dropped.
 */
import type { Problem } from "../base/problem.ts";

/** The longest OONI measurements hold several bodies of 1 MB, base64; 64 MiB leaves room. */
export const LONGEST_LINE_BYTES = 64 * 1024 * 1024;

const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = 0xfeff;

export class LineSplitter {
  readonly #onLine: (text: string, line: number) => void;
  readonly #onProblem: (problem: Problem) => void;
  readonly #longest: number;
  #pieces: Uint8Array[] = [];
  #held = 0;
  #skipping = false;
  #line = 1;

  constructor(
    onLine: (text: string, line: number) => void,
    onProblem: (problem: Problem) => void,
    longest: number = LONGEST_LINE_BYTES,
  ) {
    this.#onLine = onLine;
    this.#onProblem = onProblem;
    this.#longest = longest;
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    while (start < chunk.length) {
      const end = chunk.indexOf(LINE_FEED, start);
      this.#hold(chunk.subarray(start, end < 0 ? chunk.length : end));
      if (end < 0) return;
      this.#finish();
      start = end + 1;
    }
  }

  /** Hands out a last line that has no line end. */
  end(): void {
    this.#finish();
  }

  #hold(piece: Uint8Array): void {
    if (this.#skipping || piece.length === 0) return;
    if (this.#held + piece.length > this.#longest) {
      this.#skipping = true;
      this.#pieces = [];
      this.#held = 0;
      this.#onProblem({ reason: `line longer than ${this.#longest} bytes skipped`, line: this.#line });
      return;
    }
    // Copied, since the caller may fill its buffer anew.
    this.#pieces.push(piece.slice());
    this.#held += piece.length;
  }

  #finish(): void {
    const line = this.#line++;
    const pieces = this.#pieces;
    const length = this.#held;
    this.#pieces = [];
    this.#held = 0;
    const skipped = this.#skipping;
    this.#skipping = false;
    if (skipped || length === 0) return;
    const bytes = pieces.length === 1 ? pieces[0]! : joined(pieces, length);
    let text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    if (text.endsWith("\r")) text = text.slice(0, -1);
    if (line === 1 && text.charCodeAt(0) === BYTE_ORDER_MARK) text = text.slice(1);
    if (text.trim() !== "") this.#onLine(text, line);
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const out = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
