/**
 * How fast the access links of a network are from now on, both ways, while it runs: a handover, a weak signal. Queues keep
 * their size and what waits in them.
 */
import { execFileSync } from "node:child_process";
import type { Topology } from "../topology/topology.ts";
import { rateLimit } from "./link-plan.ts";

/** Of all of a network's clients. `rateBps` undefined: as the scenario has it. Throws where that has no rate to change. */
export function changeAccessRate(topology: Topology, network: string, rateBps: number | undefined): void {
  const clients = new Set(
    topology.hosts
      .filter((host) => host.role === "client" && host.network === network)
      .map(({ name }) => name),
  );
  for (const { a, b, aToB, bToA } of topology.links) {
    if (!clients.has(a.host)) continue;
    for (const [{ host, device }, quality] of [[a, aToB] as const, [b, bToA] as const]) {
      if (quality.rateBps === undefined) throw new Error(`the access links of ${network} have no rate`);
      const lines = rateLimit(device, { ...quality, rateBps: rateBps ?? quality.rateBps }, "change");
      execFileSync("ip", ["netns", "exec", host, "tc", "-batch", "-"], { input: `${lines.join("\n")}\n` });
    }
  }
}
