/**
 * The flows whose names are being put together, each direction by itself: a map from hash to flow with exact keys.
 * Bounds: maxFlows flows and maxBytes of buffers; beyond either the oldest flow is forgotten, and counted
 * when it was not done. Two flows with the same 52-bit hash do not fit beside each other: the newer one stays.
 */
import type { Assembly } from "./assembly.ts";
import type { FlowKey } from "./flow-key.ts";
import type { Packet } from "./packet.ts";

export interface TabledFlow {
  readonly hash: number;
  readonly key: FlowKey;
  readonly assembly: Assembly;
  /** Bytes of buffer that the table has counted for this flow. */
  counted: number;
}

export class FlowTable<Flow extends TabledFlow> {
  readonly #flows = new Map<number, Flow>();
  readonly #maxFlows: number;
  readonly #maxBytes: number;
  readonly #removed: (flow: Flow) => void;
  #bytes = 0;
  /** Flows that were forgotten for want of room while something was put together for them. */
  evicted = 0;

  /** `removed` is called for every flow that leaves, for whatever reason. */
  constructor(maxFlows: number, maxBytes: number, removed: (flow: Flow) => void = () => {}) {
    this.#maxFlows = maxFlows;
    this.#maxBytes = maxBytes;
    this.#removed = removed;
  }

  get size(): number {
    return this.#flows.size;
  }

  /** Bytes of buffers held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The packet's flow, when it is here; `hash` is its wideHash. */
  get(hash: number, packet: Packet): Flow | undefined {
    const flow = this.#flows.get(hash);
    return flow?.key.matches(packet) ? flow : undefined;
  }

  /** Whether a flow with this hash is here. */
  has(hash: number): boolean {
    return this.#flows.has(hash);
  }

  add(flow: Flow): void {
    const other = this.#flows.get(flow.hash);
    if (other) this.#evict(other);
    this.#flows.set(flow.hash, flow);
    this.count(flow);
  }

  /** To be called after the flow's buffer may have grown or shrunk. */
  count(flow: Flow): void {
    this.#bytes += flow.assembly.memory - flow.counted;
    flow.counted = flow.assembly.memory;
    while (this.#flows.size > this.#maxFlows || this.#bytes > this.#maxBytes) {
      const oldest = this.#flows.values().next().value;
      if (!oldest) return;
      this.#evict(oldest);
    }
  }

  remove(flow: Flow): void {
    if (this.#flows.get(flow.hash) !== flow) return;
    this.#flows.delete(flow.hash);
    this.#bytes -= flow.counted;
    flow.counted = 0;
    this.#removed(flow);
  }

  #evict(flow: Flow): void {
    if (!flow.assembly.empty) this.evicted++;
    this.remove(flow);
  }
}
