/** Channels that lose packets: independently of each other, or in bursts (Gilbert 1960, Elliott 1963). */
import type { Random } from "../../src/base/random.ts";
import type { BurstyLossConfig, LossConfig } from "./config.ts";
import type { Drops } from "./drops.ts";
import type { Segment, Stage } from "./segment.ts";

export class LossyChannel implements Stage {
  readonly #config: LossConfig | BurstyLossConfig;
  readonly #random: Random;
  readonly #drops: Drops;
  readonly #next: Stage;
  #bad = false;

  constructor(config: LossConfig | BurstyLossConfig, random: Random, drops: Drops, next: Stage) {
    this.#config = config;
    this.#random = random;
    this.#drops = drops;
    this.#next = next;
  }

  accept(segment: Segment): void {
    if (this.#random.next() < this.#chance()) this.#drops.add(segment, "channel");
    else this.#next.accept(segment);
  }

  #chance(): number {
    if (this.#config.kind === "loss") return this.#config.share;
    if (this.#random.next() < (this.#bad ? this.#config.toGood : this.#config.toBad)) this.#bad = !this.#bad;
    return this.#bad ? this.#config.lossWhenBad : (this.#config.lossWhenGood ?? 0);
  }
}
