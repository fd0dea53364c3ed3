/**
 * Policing: a bucket that starts full, is refilled at a steady rate and refuses what it does not hold.
 * Counts in millionths of a bit, so that µs steps at whole bit rates are exact and never drift (below 2^53 for buckets
 * up to a gigabyte). A clock that steps back a little gives nothing until it has caught up; one that steps back more
 * than CLOCK_STEP_US was set anew, and the bucket goes on from there.
 * The judge fits policers with a bucket of its own: a detector tested against its own logic proves nothing.
 */

/** One byte, in millionths of a bit: one bit/s brings one of them a µs. */
const UNITS_PER_BYTE = 8e6;
const CLOCK_STEP_US = 1e6;

/** What a limiter answers instead of a time when the packet is to be dropped. */
export const REFUSED = -1;

/** Lets packets of one direction through, now, later or not at all. */
export interface Limiter {
  /** When a packet of so many IP bytes may pass: nowUs, a later time, or REFUSED. */
  admit(bytes: number, nowUs: number): number;
}

export class TokenBucket implements Limiter {
  readonly #rateBps: number;
  readonly #capacity: number;
  #level: number;
  #lastUs = Number.NaN;

  constructor(rateBps: number, burstBytes: number) {
    this.#rateBps = rateBps;
    this.#capacity = burstBytes * UNITS_PER_BYTE;
    this.#level = this.#capacity;
  }

  admit(bytes: number, nowUs: number): number {
    this.#refill(nowUs);
    const cost = bytes * UNITS_PER_BYTE;
    if (cost > this.#level) return REFUSED;
    this.#level -= cost;
    return nowUs;
  }

  /** Takes a packet's bytes, if need be on credit of at most `creditBytes`: when the debt is paid, or REFUSED. */
  borrow(bytes: number, nowUs: number, creditBytes: number): number {
    this.#refill(nowUs);
    const level = this.#level - bytes * UNITS_PER_BYTE;
    if (level < -creditBytes * UNITS_PER_BYTE) return REFUSED;
    this.#level = level;
    return level >= 0 ? nowUs : nowUs + Math.ceil(-level / this.#rateBps);
  }

  #refill(nowUs: number): void {
    const elapsedUs = nowUs - this.#lastUs;
    if (elapsedUs > 0) {
      this.#level = Math.min(this.#capacity, this.#level + elapsedUs * this.#rateBps);
      this.#lastUs = nowUs;
    } else if (!(elapsedUs >= -CLOCK_STEP_US)) this.#lastUs = nowUs;
  }
}
