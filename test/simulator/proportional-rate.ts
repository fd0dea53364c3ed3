/** Proportional rate reduction (RFC 6937, with the safe bound of RFC 9937): how much recovery may send. */
export class ProportionalRate {
  #threshold = 0;
  #priorWindow = 1;
  #delivered = 0;
  #sent = 0;

  begin(priorWindow: number, threshold: number): void {
    this.#priorWindow = Math.max(1, priorWindow);
    this.#threshold = Math.floor(threshold);
    this.#delivered = 0;
    this.#sent = 0;
  }

  sent(): void {
    this.#sent++;
  }

  /** The window after an ACK that delivered so many segments. */
  window(inFlight: number, delivered: number, advanced: boolean, newlyLost: boolean): number {
    this.#delivered += delivered;
    let may: number;
    if (inFlight > this.#threshold) {
      may = Math.ceil((this.#threshold * this.#delivered) / this.#priorWindow) - this.#sent;
    } else {
      may = Math.max(this.#delivered - this.#sent, delivered);
      if (advanced && !newlyLost) may++;
      may = Math.min(may, this.#threshold - inFlight);
    }
    // The first retransmission goes out at once.
    return inFlight + Math.max(may, this.#sent > 0 ? 0 : 1);
  }
}
