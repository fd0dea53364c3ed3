/**
 * Control servers whose addresses a target's name has tainted (boxes hold up whatever goes there), or that were slow under any
 * name: the next target is not compared there for a while. Kept for a run, or for all of a diary. Time is an argument.
 */
import type { Place } from "../probe/pairs/arms.ts";

/**
 * How long boxes remember an address is not published. What is known to be forgotten is a connection that was still for about
 * ten minutes (Xue et al., IMC 2021): half as long again. A taint that lasts longer looks like a slow
 * server (docs/method.md, "Not told").
 */
export const TAINT_MS = 15 * 60_000;

export class TaintedServers {
  readonly #sinceMs = new Map<string, number>();

  /** Whatever the port: it is the address. */
  note({ address }: Place, nowMs: number): void {
    this.#sinceMs.set(address, nowMs);
  }

  /** In their order. */
  usable(servers: readonly Place[], nowMs: number): readonly Place[] {
    return servers.filter(({ address }) => {
      const sinceMs = this.#sinceMs.get(address);
      // A clock that was set back must not keep it away for ever.
      return sinceMs === undefined || Math.abs(nowMs - sinceMs) >= TAINT_MS;
    });
  }
}
