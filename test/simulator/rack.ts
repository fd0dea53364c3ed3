/**
 * Which segments are lost, by time (RFC 8985, RACK): one sent sufficiently long before another that has arrived.
 * The reordering window opens as in its section 6.2: closed after three SACKs unless reordering was seen.
 */
import type { RoundTrip } from "./round-trip.ts";
import type { Scoreboard, SentSegment } from "./scoreboard.ts";

const DUPLICATE_THRESHOLD = 3;

export class Rack {
  #sentUs = -1;
  #end = 0;
  #rttUs = 0;
  #windowSteps = 1;
  #lastStepUs = Number.NEGATIVE_INFINITY;
  reorderingSeen = false;

  /** A copy of the segment has arrived (RFC 8985, section 6.2, step 1). */
  delivered(segment: SentSegment, nowUs: number, roundTrip: RoundTrip): void {
    const rttUs = nowUs - segment.sentUs;
    // Rather an earlier copy's arrival.
    if (segment.copies > 1 && rttUs < roundTrip.leastUs) return;
    this.#rttUs = rttUs;
    if (segment.sentUs > this.#sentUs || (segment.sentUs === this.#sentUs && segment.end > this.#end)) {
      this.#sentUs = segment.sentUs;
      this.#end = segment.end;
    }
  }

  /** A copy was needless: wait longer, by a step a round trip (section 6.2, step 4). */
  duplicateReported(nowUs: number, roundTrip: RoundTrip): void {
    if (nowUs < this.#lastStepUs + roundTrip.smoothedUs) return;
    this.#lastStepUs = nowUs;
    this.reorderingSeen = true;
    this.#windowSteps = Math.min(this.#windowSteps + 1, 255);
  }

  /** Marks what is lost; returns µs until the next segment would be, 0 for none. */
  detect(board: Scoreboard, recovering: boolean, nowUs: number, roundTrip: RoundTrip): number {
    if (this.#sentUs < 0) return 0;
    const windowUs = this.#reorderingWindowUs(board, recovering, roundTrip);
    let waitUs = 0;
    board.eachUnresolved((segment) => {
      if (segment.sentUs > this.#sentUs || (segment.sentUs === this.#sentUs && segment.end >= this.#end))
        return;
      const remainingUs = segment.sentUs + this.#rttUs + windowUs - nowUs;
      if (remainingUs <= 0) board.markLost(segment);
      else waitUs = Math.max(waitUs, remainingUs);
    });
    return waitUs;
  }

  /** Whether the segment has been away for longer than it should (for timeouts). */
  overdue(segment: SentSegment, nowUs: number, roundTrip: RoundTrip): boolean {
    const windowUs = this.reorderingSeen ? roundTrip.leastUs / 4 : 0;
    return segment.sentUs + (this.#rttUs || roundTrip.smoothedUs) + windowUs <= nowUs;
  }

  #reorderingWindowUs(board: Scoreboard, recovering: boolean, roundTrip: RoundTrip): number {
    if (!this.reorderingSeen && (recovering || board.sacked >= DUPLICATE_THRESHOLD)) return 0;
    return Math.min((roundTrip.leastUs / 4) * this.#windowSteps, roundTrip.smoothedUs);
  }
}
