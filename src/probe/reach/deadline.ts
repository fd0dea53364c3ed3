/** The clock of one reach: µs since it began, and how much of its time is left. Monotonic. */
export class Deadline {
  readonly #nowUs: () => number;
  readonly #startUs: number;
  readonly #timeoutUs: number;

  constructor(nowUs: () => number, timeoutMs: number) {
    this.#nowUs = nowUs;
    this.#startUs = nowUs();
    this.#timeoutUs = timeoutMs * 1000;
  }

  elapsedUs(): number {
    return Math.round(this.#nowUs() - this.#startUs);
  }

  /** At most `mostMs` of what is left, at least 1 ms. */
  leftMs(mostMs = Number.POSITIVE_INFINITY): number {
    return Math.max(1, Math.min(mostMs, Math.ceil((this.#timeoutUs - this.elapsedUs()) / 1000)));
  }

  get isOver(): boolean {
    return this.elapsedUs() >= this.#timeoutUs;
  }
}
