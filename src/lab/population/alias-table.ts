/**
 * Draws an index in proportion to its weight, in constant time: the alias method (Vose, "A linear algorithm for
 * generating random numbers with a given distribution", IEEE Transactions on Software Engineering 17, 1991).
 */
import type { Random } from "../../base/random.ts";

export class AliasTable {
  readonly #kept: Float64Array;
  readonly #other: Int32Array;

  /** Weights are at least 0, and one of them is more. */
  constructor(weights: ArrayLike<number>) {
    const count = weights.length;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += weights[i]!;
    if (!(sum > 0)) throw new RangeError("no weight is above zero");
    this.#kept = new Float64Array(count).fill(1);
    this.#other = new Int32Array(count);
    const scaled = Float64Array.from(weights, (weight) => (weight * count) / sum);
    const small: number[] = [];
    const large: number[] = [];
    scaled.forEach((weight, index) => {
      (weight < 1 ? small : large).push(index);
    });
    while (small.length > 0 && large.length > 0) {
      const less = small.pop()!;
      const more = large.pop()!;
      this.#kept[less] = scaled[less]!;
      this.#other[less] = more;
      scaled[more]! -= 1 - scaled[less]!;
      (scaled[more]! < 1 ? small : large).push(more);
    }
    // What rounding leaves over among the small ones is kept with chance 1.
  }

  draw(random: Random): number {
    const index = Math.floor(random.next() * this.#kept.length);
    return random.next() < this.#kept[index]! ? index : this.#other[index]!;
  }
}
