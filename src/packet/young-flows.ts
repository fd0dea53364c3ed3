/**
 * TCP directions whose SYN was seen and whose first byte was not: they tell data that came too early from data in
 * the middle of nothing. Typed arrays, WAYS places a set; a newer flow takes the oldest place of its set.
 * Bounds: SETS * WAYS flows. Flows are told apart by 64 bits of hash.
 */
const SETS = 16_384;
const WAYS = 4;

export class YoungFlows {
  readonly #fingerprints = new Uint32Array(SETS * WAYS);
  readonly #firstBytes = new Uint32Array(SETS * WAYS);
  readonly #tags = new Uint16Array(SETS * WAYS);
  readonly #left: (tag: number) => void;

  /** `left` is called with the tag of every flow that leaves. */
  constructor(left: (tag: number) => void) {
    this.#left = left;
  }

  /** Place of the flow, or -1. */
  find(low: number, high: number): number {
    const fingerprint = high >>> 0 || 1;
    const set = (low & (SETS - 1)) * WAYS;
    for (let place = set; place < set + WAYS; place++) {
      if (this.#fingerprints[place] === fingerprint) return place;
    }
    return -1;
  }

  /** Sequence number of the first byte of data. */
  firstByte(place: number): number {
    return this.#firstBytes[place]!;
  }

  /** Remembers a flow, or its new first byte. Returns whether it is a flow more. */
  remember(low: number, high: number, firstByte: number, tag: number): boolean {
    const known = this.find(low, high);
    if (known >= 0) {
      this.#firstBytes[known] = firstByte;
      return false;
    }
    const set = (low & (SETS - 1)) * WAYS;
    const last = set + WAYS - 1;
    if (this.#fingerprints[last] !== 0) this.#left(this.#tags[last]!);
    for (let place = last; place > set; place--) this.#copy(place - 1, place);
    this.#fingerprints[set] = high >>> 0 || 1;
    this.#firstBytes[set] = firstByte;
    this.#tags[set] = tag;
    return true;
  }

  forget(place: number): void {
    const tag = this.#tags[place]!;
    const last = place - (place % WAYS) + WAYS - 1;
    for (; place < last; place++) this.#copy(place + 1, place);
    this.#fingerprints[last] = 0;
    this.#left(tag);
  }

  #copy(from: number, to: number): void {
    this.#fingerprints[to] = this.#fingerprints[from]!;
    this.#firstBytes[to] = this.#firstBytes[from]!;
    this.#tags[to] = this.#tags[from]!;
  }
}
