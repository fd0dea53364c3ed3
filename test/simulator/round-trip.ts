/**
 * Round-trip estimate and retransmission timeout: RFC 6298 with Linux' lower bound, which applies to the variation
 * (timeout = smoothed + at least 200 ms).
 */
const LEAST_VARIATION_US = 200_000;
/** RFC 6298, section 2.1. */
const INITIAL_TIMEOUT_US = 1_000_000;
const LARGEST_TIMEOUT_US = 120_000_000;

export class RoundTrip {
  smoothedUs = 0;
  leastUs = Number.POSITIVE_INFINITY;
  #variationUs = 0;
  #backoff = 1;

  sample(rttUs: number): void {
    this.leastUs = Math.min(this.leastUs, rttUs);
    this.#backoff = 1;
    if (this.smoothedUs === 0) {
      this.smoothedUs = rttUs;
      this.#variationUs = rttUs / 2;
      return;
    }
    this.#variationUs += (Math.abs(rttUs - this.smoothedUs) - this.#variationUs) / 4;
    this.smoothedUs += (rttUs - this.smoothedUs) / 8;
  }

  get timeoutUs(): number {
    const base =
      this.smoothedUs === 0
        ? INITIAL_TIMEOUT_US
        : this.smoothedUs + Math.max(LEAST_VARIATION_US, 4 * this.#variationUs);
    return Math.min(LARGEST_TIMEOUT_US, base * this.#backoff);
  }

  /** Section 5.5. */
  backOff(): void {
    this.#backoff = Math.min(this.#backoff * 2, 128);
  }
}
