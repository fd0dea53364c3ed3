/**
 * A link of the scenario as streams feel it: rate with its queue, delay, jitter. Loss is left out: a stream has none.
 * Unwanted traffic takes its part of the rate; what exceeds the link costs everybody their share of packets, and the
 * time to repeat them. The rate is shared by all flows over the link, first come first served.
 */
import type { Random } from "../../base/random.ts";
import type { LinkQuality } from "../scenario/scenario.ts";
import { Repetition } from "./repetition.ts";
import { leaves, packetBytes, type Stage } from "./stage.ts";
import { StreamBucket } from "./stream-bucket.ts";

/** Sent at once, as the kernel's own limiter does: two packets, or what a tick of 4 ms lets through. */
const MIN_BURST_BYTES = 3200;
const TICK_S = 0.004;
/** Of a link that is full, the flows in it still get this much of its rate. */
const LEAST_SHARE = 0.01;

/** One direction of a link. */
export class Wire {
  readonly #quality: LinkQuality;
  readonly #random: Random;
  #bucket: StreamBucket | undefined;
  #lossShare = 0;

  constructor(quality: LinkQuality, random: Random) {
    this.#quality = quality;
    this.#random = random;
    this.setTraffic(0);
  }

  /** Rate of what else goes over it, bit/s. A link without a limit does not notice. */
  setTraffic(trafficBps: number): void {
    const { rateBps, queueBytes } = this.#quality;
    if (rateBps === undefined) return;
    const leftBps = Math.max(rateBps - trafficBps, rateBps * LEAST_SHARE);
    const burst = Math.max(MIN_BURST_BYTES, (leftBps / 8) * TICK_S);
    this.#bucket = new StreamBucket(leftBps, burst, Math.max(queueBytes, MIN_BURST_BYTES));
    this.#lossShare = trafficBps > rateBps ? 1 - rateBps / trafficBps : 0;
  }

  /** For one flow. */
  stage(): Stage {
    const repetition = new Repetition(this.#random);
    return {
      pass: (piece, nowUs) => {
        const sent = this.#bucket?.take(packetBytes(piece), nowUs) ?? leaves(nowUs);
        if (sent.kind !== "leaves") return sent;
        const { delayUs, jitterUs } = this.#quality;
        const jitter = jitterUs > 0 ? Math.abs(this.#random.normal()) * jitterUs : 0;
        const throughUs =
          this.#lossShare > 0 ? repetition.dueUs(piece, this.#lossShare, sent.atUs) : sent.atUs;
        return leaves(throughUs + delayUs + jitter);
      },
    };
  }
}
