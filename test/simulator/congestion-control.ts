/**
 * Congestion windows in segments. Reno: RFC 5681 section 3.1, RFC 6582. CUBIC: RFC 9438 (numbers of the formulas below).
 */
import type { CongestionControlName } from "./config.ts";
import { HyStart } from "./hystart.ts";

/** RFC 5681, section 3.1, equation 4: no less than two segments. */
const MINIMUM_THRESHOLD = 2;
const RENO_DECREASE = 0.5;
/** RFC 9438, sections 4.6 and 5. */
const CUBIC_DECREASE = 0.7;
const CUBIC_SCALE = 0.4;
/** Section 4.2: the window grows by at most half in a round trip. */
const CUBIC_MAX_GROWTH = 1.5;
/** Section 4.3, α that gives Reno's average window. */
const RENO_FRIENDLY_INCREASE = (3 * (1 - CUBIC_DECREASE)) / (1 + CUBIC_DECREASE);

export interface CongestionWindow {
  segments: number;
  /** Slow start ends here. */
  threshold: number;
}

export interface CongestionControl {
  /** Takes `acked` segments that arrived while the window was the limit. */
  grow(window: CongestionWindow, acked: number, nowUs: number, rttUs: number): void;
  /** The threshold after a loss. */
  reduce(window: CongestionWindow): number;
  /** A round trip was measured; `acknowledged` and `next` are sequence numbers. */
  measure(window: CongestionWindow, rttUs: number, acknowledged: number, next: number, nowUs: number): void;
  /** After a timeout everything begins anew. */
  restart(): void;
  /** Nothing was sent for so long. */
  idle(durationUs: number): void;
}

/** Slow start; returns the acknowledged segments that it did not use. */
function slowStart(window: CongestionWindow, acked: number): number {
  const grown = Math.min(window.segments + acked, Math.max(window.threshold, window.segments));
  const left = acked - (grown - window.segments);
  window.segments = grown;
  return left;
}

export class Reno implements CongestionControl {
  grow(window: CongestionWindow, acked: number): void {
    const left = window.segments < window.threshold ? slowStart(window, acked) : acked;
    window.segments += left / window.segments;
  }

  reduce(window: CongestionWindow): number {
    return Math.max(MINIMUM_THRESHOLD, window.segments * RENO_DECREASE);
  }

  measure(): void {}
  restart(): void {}
  idle(): void {}
}

export class Cubic implements CongestionControl {
  readonly #hyStart: HyStart | undefined;
  #maximum = 0;
  /** Beginning of the present congestion avoidance stage, or -1. */
  #epochUs = -1;
  #origin = 0;
  #inflectionSeconds = 0;
  #renoEstimate = 0;

  constructor(hyStart: boolean) {
    this.#hyStart = hyStart ? new HyStart() : undefined;
  }

  grow(window: CongestionWindow, acked: number, nowUs: number, rttUs: number): void {
    const left = window.segments < window.threshold ? slowStart(window, acked) : acked;
    if (left <= 0) return;
    if (this.#epochUs < 0) this.#begin(window, nowUs);
    const seconds = (nowUs - this.#epochUs + rttUs) / 1e6;
    // Section 4.2, equation 1.
    const cubic = this.#origin + CUBIC_SCALE * (seconds - this.#inflectionSeconds) ** 3;
    const target = Math.min(Math.max(cubic, window.segments), CUBIC_MAX_GROWTH * window.segments);
    const before = window.segments;
    window.segments += (left * (target - before)) / before;
    // Section 4.3: at least what Reno would reach.
    const increase = this.#renoEstimate >= this.#maximum ? 1 : RENO_FRIENDLY_INCREASE;
    this.#renoEstimate += (increase * left) / before;
    window.segments = Math.max(window.segments, this.#renoEstimate);
  }

  reduce(window: CongestionWindow): number {
    this.#epochUs = -1;
    // Section 4.7, fast convergence.
    this.#maximum =
      window.segments < this.#maximum ? (window.segments * (1 + CUBIC_DECREASE)) / 2 : window.segments;
    return Math.max(MINIMUM_THRESHOLD, window.segments * CUBIC_DECREASE);
  }

  measure(window: CongestionWindow, rttUs: number, acknowledged: number, next: number, nowUs: number): void {
    if (window.segments >= window.threshold) return;
    if (this.#hyStart?.endsSlowStart(rttUs, acknowledged, next, window.segments, nowUs)) {
      window.threshold = window.segments;
    }
  }

  restart(): void {
    this.#epochUs = -1;
    this.#maximum = 0;
    this.#hyStart?.reset();
  }

  /** Section 5.8: time without sending does not count. */
  idle(durationUs: number): void {
    if (this.#epochUs >= 0) this.#epochUs += durationUs;
  }

  #begin(window: CongestionWindow, nowUs: number): void {
    this.#epochUs = nowUs;
    this.#renoEstimate = window.segments;
    const below = Math.max(0, this.#maximum - window.segments);
    // Section 4.2, equation 2.
    this.#inflectionSeconds = Math.cbrt(below / CUBIC_SCALE);
    this.#origin = Math.max(this.#maximum, window.segments);
  }
}

export function congestionControl(name: CongestionControlName, hyStart: boolean): CongestionControl {
  return name === "reno" ? new Reno() : new Cubic(hyStart);
}
