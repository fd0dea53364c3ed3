/**
 * Shaping: a token bucket that delays what exceeds it, first in first out, and refuses what finds the queue full.
 * The queue is the debt of the bucket: a packet leaves when the bytes before it and its own are paid for. `queueBytes`
 * are IP bytes that wait; times never decrease while the clock does not.
 */
import { type Limiter, TokenBucket } from "./token-bucket.ts";

export class Shaper implements Limiter {
  readonly #bucket: TokenBucket;
  readonly #queueBytes: number;

  constructor(rateBps: number, burstBytes: number, queueBytes: number) {
    this.#bucket = new TokenBucket(rateBps, burstBytes);
    this.#queueBytes = queueBytes;
  }

  admit(bytes: number, nowUs: number): number {
    return this.#bucket.borrow(bytes, nowUs, this.#queueBytes);
  }
}
