/**
 * What was sent and is not yet acknowledged, segment by segment, with the counts of Linux' sender:
 * in flight = sent - selectively acknowledged - lost + retransmitted (RFC 6675's "pipe").
 */
export class SentSegment {
  readonly sequence: number;
  readonly end: number;
  readonly fin: boolean;
  /** Of the latest copy. */
  sentUs: number;
  copies = 1;
  sacked = false;
  lost = false;
  /** Lost, and a copy of it is on its way. */
  retransmitted = false;

  constructor(sequence: number, end: number, fin: boolean, sentUs: number) {
    this.sequence = sequence;
    this.end = end;
    this.fin = fin;
    this.sentUs = sentUs;
  }
}

export class Scoreboard {
  readonly #segments: SentSegment[] = [];
  #first = 0;
  /** No segment before this index waits for retransmission. */
  #retransmitFrom = 0;
  sacked = 0;
  lost = 0;
  retransmitted = 0;
  highestSacked = 0;
  /** Copies found lost so far, retransmissions included. */
  lossEvents = 0;

  get outstanding(): number {
    return this.#segments.length - this.#first;
  }

  get inFlight(): number {
    return this.outstanding - this.sacked - this.lost + this.retransmitted;
  }

  get head(): SentSegment | undefined {
    return this.#segments[this.#first];
  }

  get last(): SentSegment | undefined {
    return this.outstanding > 0 ? this.#segments[this.#segments.length - 1] : undefined;
  }

  add(segment: SentSegment): void {
    this.#segments.push(segment);
  }

  /** Removes and returns the first segment if it ends at or before the acknowledgement. */
  takeAcknowledged(acknowledgement: number): SentSegment | undefined {
    const segment = this.#segments[this.#first];
    if (!segment || segment.end > acknowledgement) return undefined;
    this.#first++;
    if (this.#first > 1024 && 2 * this.#first > this.#segments.length) {
      this.#segments.splice(0, this.#first);
      this.#retransmitFrom = Math.max(0, this.#retransmitFrom - this.#first);
      this.#first = 0;
    }
    if (segment.lost) this.lost--;
    if (segment.retransmitted) this.retransmitted--;
    return segment;
  }

  /** Calls `found` for each segment inside the block that was not selectively acknowledged before. */
  sack(left: number, right: number, found: (segment: SentSegment) => void): void {
    for (let i = this.#indexOf(left); i < this.#segments.length; i++) {
      const segment = this.#segments[i]!;
      if (segment.end > right) break;
      if (segment.sacked || segment.sequence < left) continue;
      segment.sacked = true;
      this.sacked++;
      if (segment.lost) this.lost--;
      if (segment.retransmitted) this.retransmitted--;
      segment.lost = false;
      segment.retransmitted = false;
      found(segment);
      if (segment.end > this.highestSacked) this.highestSacked = segment.end;
    }
  }

  /** Segments that may be on their way: neither selectively acknowledged nor lost without a newer copy. */
  eachUnresolved(see: (segment: SentSegment) => void): void {
    for (let i = this.#first; i < this.#segments.length; i++) {
      const segment = this.#segments[i]!;
      if (!segment.sacked && (!segment.lost || segment.retransmitted)) see(segment);
    }
  }

  markLost(segment: SentSegment): void {
    this.lossEvents++;
    if (!segment.lost) this.lost++;
    if (segment.retransmitted) this.retransmitted--;
    segment.lost = true;
    segment.retransmitted = false;
    this.#retransmitFrom = Math.min(this.#retransmitFrom, this.#indexOf(segment.sequence));
  }

  /** The first lost segment of which no copy is on its way. */
  nextRetransmission(): SentSegment | undefined {
    if (this.lost === this.retransmitted) return undefined;
    for (let i = Math.max(this.#first, this.#retransmitFrom); i < this.#segments.length; i++) {
      const segment = this.#segments[i]!;
      if (segment.lost && !segment.retransmitted) {
        this.#retransmitFrom = i;
        return segment;
      }
    }
    return undefined;
  }

  markRetransmitted(segment: SentSegment, nowUs: number): void {
    segment.sentUs = nowUs;
    segment.copies++;
    if (segment.lost) {
      segment.retransmitted = true;
      this.retransmitted++;
    }
  }

  /** Index of the first segment that ends behind the sequence number. */
  #indexOf(sequence: number): number {
    let low = this.#first;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#segments[middle]!.end <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
