/** The access link of a drawn case becomes slow and fast again while the probe runs. */
import { setTimeout as sleep } from "node:timers/promises";
import type { KernelNetwork } from "../../src/lab/network/kernel-network.ts";
import { type Dip, NETWORK } from "./probe-cases.ts";

/** Runs from now on until it is over or `signal` ends it; then the link is as it was. */
export async function dipWhile(
  network: KernelNetwork,
  { afterMs, forMs, rateBps }: Dip,
  signal: AbortSignal,
): Promise<void> {
  const isOver = (error: Error): void => {
    if (error.name !== "AbortError") throw error;
  };
  await sleep(afterMs, undefined, { signal }).catch(isOver);
  if (signal.aborted) return;
  network.setAccessRate(NETWORK, rateBps);
  await sleep(forMs, undefined, { signal }).catch(isOver);
  network.setAccessRate(NETWORK, undefined);
}
