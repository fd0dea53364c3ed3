/**
 * Streams that are being put together, for boxes that do so: TCP segments by sequence number, QUIC's CRYPTO pieces by
 * their own offsets. Bounds: maxStreams flows, the oldest forgotten and counted; MAX_STREAM_BYTES a direction.
 */
import { Assembly } from "../../packet/assembly.ts";
import type { Counters } from "./counters.ts";

/** A hello is far shorter. */
export const MAX_STREAM_BYTES = 16_384;

interface Streams {
  readonly up: Assembly;
  readonly down: Assembly;
}

export class StreamTable {
  readonly #streams = new Map<number, Streams>();
  readonly #maxStreams: number;
  readonly #counters: Counters;

  constructor(maxStreams: number, counters: Counters) {
    this.#maxStreams = maxStreams;
    this.#counters = counters;
  }

  get size(): number {
    return this.#streams.size;
  }

  /** The assembly of one direction of a flow, made when it is not there. */
  direction(flow: number, up: boolean): Assembly {
    let streams = this.#streams.get(flow);
    if (!streams) {
      if (this.#streams.size >= this.#maxStreams) {
        this.#streams.delete(this.#streams.keys().next().value!);
        this.#counters.evictedStreams++;
      }
      streams = { up: new Assembly(), down: new Assembly() };
      this.#streams.set(flow, streams);
    }
    return up ? streams.up : streams.down;
  }

  forget(flow: number): void {
    if (this.#streams.size > 0) this.#streams.delete(flow);
  }
}
