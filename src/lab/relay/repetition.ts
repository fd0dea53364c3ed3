/**
 * How long one direction of a flow stands still where a share of its packets is lost at random: each piece is repeated
 * until it gets through, after a time-out that doubles (RFC 6298, section 5.5). What is behind waits for it.
 */
import type { Random } from "../../base/random.ts";
import type { Piece } from "./stage.ts";

/** RFC 6298, section 2: a second before anything was measured; afterwards Linux' least. */
const FIRST_TIMEOUT_US = 1e6;
const LATER_TIMEOUT_US = 200_000;
/** 2^6: a minute for a SYN. */
const MOST_REPEATS = 6;

export class Repetition {
  readonly #random: Random;
  #freeUs = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** When a piece that comes at `nowUs` gets through. */
  dueUs(piece: Piece, lossShare: number, nowUs: number): number {
    let repeats = 0;
    while (repeats < MOST_REPEATS && this.#random.next() < lossShare) repeats++;
    const timeoutUs = piece.kind === "open" ? FIRST_TIMEOUT_US : LATER_TIMEOUT_US;
    this.#freeUs = Math.max(this.#freeUs, nowUs) + timeoutUs * (2 ** repeats - 1);
    return this.#freeUs;
  }
}
