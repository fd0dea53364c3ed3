/**
 * What held the sender back, as the sender saw it: nothing to send, or no room in the receiver's window.
 * A capture elsewhere sees acknowledgements before the sender acts on them: they count one round trip between capture
 * and sender later, when their effect can be seen. Bounds: a ring of MAX_PENDING acknowledgements, the oldest applied early.
 */
const MAX_PENDING = 4096;

export interface HeldBack {
  idleUs: number;
  windowLimitedUs: number;
}

export class SenderView {
  readonly #dueUs = new Float64Array(MAX_PENDING);
  readonly #pendingAcknowledged = new Float64Array(MAX_PENDING);
  readonly #pendingEdge = new Float64Array(MAX_PENDING);
  #head = 0;
  #pending = 0;
  #lagUs = 0;
  #highest = 0;
  #acknowledged = 0;
  #rightEdge = Number.POSITIVE_INFINITY;
  #fullPacket = 1;
  #lastUs = 0;
  /** Time with nothing outstanding, which counts only if the same answer goes on: the window open, or closed. */
  #idleUs = 0;
  #closedUs = 0;

  /** `lagUs`: from the capture to the sender and back. */
  reset(lagUs: number, firstSequence: number): void {
    this.#head = 0;
    this.#pending = 0;
    this.#lagUs = lagUs;
    this.#highest = firstSequence;
    this.#acknowledged = firstSequence;
    this.#rightEdge = Number.POSITIVE_INFINITY;
    this.#lastUs = 0;
    this.#idleUs = 0;
    this.#closedUs = 0;
  }

  /** Data up to `highest` were sent; `begins` a new answer. Adds to `tally` what held the sender back until now. */
  sent(timeUs: number, highest: number, fullPacket: number, begins: boolean, tally: HeldBack): void {
    this.#advance(timeUs, tally);
    if (!begins) {
      tally.idleUs += this.#idleUs;
      tally.windowLimitedUs += this.#closedUs;
    }
    this.#idleUs = 0;
    this.#closedUs = 0;
    this.#highest = highest;
    this.#fullPacket = fullPacket;
  }

  acknowledged(
    timeUs: number,
    acknowledgement: number,
    rightEdge: number,
    tally: HeldBack | undefined,
  ): void {
    if (this.#pending === MAX_PENDING) this.#apply();
    const at = (this.#head + this.#pending++) % MAX_PENDING;
    this.#dueUs[at] = timeUs + this.#lagUs;
    this.#pendingAcknowledged[at] = acknowledgement;
    this.#pendingEdge[at] = rightEdge;
    if (tally) this.#advance(timeUs, tally);
  }

  #apply(): void {
    const at = this.#head;
    this.#acknowledged = Math.max(this.#acknowledged, this.#pendingAcknowledged[at]!);
    this.#rightEdge = this.#pendingEdge[at]!;
    this.#head = (at + 1) % MAX_PENDING;
    this.#pending--;
  }

  #advance(timeUs: number, tally: HeldBack): void {
    while (this.#pending > 0 && this.#dueUs[this.#head]! <= timeUs) {
      this.#account(this.#dueUs[this.#head]!, tally);
      this.#apply();
    }
    this.#account(timeUs, tally);
  }

  #account(timeUs: number, tally: HeldBack): void {
    const spentUs = timeUs - this.#lastUs;
    if (this.#lastUs > 0 && spentUs > 0) {
      const closed = this.#rightEdge - this.#highest < this.#fullPacket;
      if (this.#highest > this.#acknowledged) {
        if (closed) tally.windowLimitedUs += spentUs;
      } else if (closed) this.#closedUs += spentUs;
      else this.#idleUs += spentUs;
    }
    if (timeUs > this.#lastUs) this.#lastUs = timeUs;
  }
}
