/**
 * How long a driver itself held packets, the delay that it was to make left out: a histogram over powers of two of a
 * microsecond, of fixed size.
 */
const BUCKETS = 24;

export interface OwnDelay {
  readonly packets: number;
  readonly meanUs: number;
  /** Upper edges of the buckets in which the median and the 99th percentile lie. */
  readonly medianUs: number;
  readonly p99Us: number;
}

export class DelayHistogram {
  readonly #counts = new Float64Array(BUCKETS);
  #sumUs = 0;

  add(delayUs: number, packets: number): void {
    const bucket = Math.max(0, Math.min(BUCKETS - 1, Math.ceil(Math.log2(Math.max(1, delayUs)))));
    this.#counts[bucket]! += packets;
    this.#sumUs += delayUs * packets;
  }

  summary(): OwnDelay {
    const packets = this.#counts.reduce((sum, count) => sum + count, 0);
    const edge = (share: number): number => {
      let seen = 0;
      for (let bucket = 0; bucket < BUCKETS; bucket++) {
        seen += this.#counts[bucket]!;
        if (seen >= share * packets) return 2 ** bucket;
      }
      return 0;
    };
    return {
      packets,
      meanUs: packets > 0 ? this.#sumUs / packets : 0,
      medianUs: packets > 0 ? edge(0.5) : 0,
      p99Us: packets > 0 ? edge(0.99) : 0,
    };
  }
}
