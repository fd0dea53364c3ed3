/**
 * A rate limit on a stream: a token bucket of its own, for policers, shapers and links alike. It starts full; what finds
 * it empty queues up to `queueBytes` and leaves late, and beyond waits outside. There is no loss at stream level: where a
 * policer drops (queue 0), the sender waits until its bytes fit, so the rate is the policer's and the saw tooth is not.
 * Bytes are those of IP packets (packetBytes), rates bit/s, times µs of a clock that does not step back.
 */
import { HEADER_BYTES, leaves, type Passage, PIECE_BYTES } from "./stage.ts";

/** One that holds less than a packet would let nothing pass, ever. */
const LEAST_BURST_BYTES = PIECE_BYTES + HEADER_BYTES;

export class StreamBucket {
  readonly #rateBps: number;
  readonly #capacityBits: number;
  readonly #creditBits: number;
  #levelBits: number;
  #lastUs = Number.NaN;

  constructor(rateBps: number, burstBytes: number, queueBytes: number) {
    this.#rateBps = rateBps;
    this.#capacityBits = Math.max(burstBytes, LEAST_BURST_BYTES) * 8;
    this.#creditBits = queueBytes * 8;
    this.#levelBits = this.#capacityBits;
  }

  /** Takes so many bytes when there is room for them. */
  take(bytes: number, nowUs: number): Passage {
    this.#refill(nowUs);
    const level = this.#levelBits - bytes * 8;
    const missing = -this.#creditBits - level;
    if (missing > 0) return { kind: "waits", untilUs: nowUs + this.#timeUs(missing) };
    this.#levelBits = level;
    return leaves(level >= 0 ? nowUs : nowUs + this.#timeUs(-level));
  }

  #timeUs(bits: number): number {
    return Math.ceil((bits * 1e6) / this.#rateBps);
  }

  #refill(nowUs: number): void {
    const elapsedUs = nowUs - this.#lastUs;
    if (elapsedUs > 0)
      this.#levelBits = Math.min(this.#capacityBits, this.#levelBits + (elapsedUs * this.#rateBps) / 1e6);
    this.#lastUs = nowUs;
  }
}
