/**
 * One direction of a link as the link emulator plays it: which packets are lost and when the others arrive. Pure.
 * Packets keep their order: jitter delays those behind, as a queue does. Loss is independent from packet to packet.
 */
import type { Random } from "../../base/random.ts";
import type { LinkQuality } from "../scenario/scenario.ts";

export class LinkLine {
  readonly #quality: LinkQuality;
  readonly #random: Random;
  #lastDueUs = 0;
  lost = 0;

  constructor(quality: LinkQuality, random: Random) {
    this.#quality = quality;
    this.#random = random;
  }

  /** When a packet that came at `nowUs` arrives, or undefined when it is lost. */
  dueUs(nowUs: number): number | undefined {
    const { delayUs, jitterUs, loss } = this.#quality;
    if (loss > 0 && this.#random.next() < loss) {
      this.lost++;
      return undefined;
    }
    const jitter = jitterUs > 0 ? Math.abs(this.#random.normal()) * jitterUs : 0;
    this.#lastDueUs = Math.max(this.#lastDueUs, nowUs + delayUs + jitter);
    return this.#lastDueUs;
  }
}
