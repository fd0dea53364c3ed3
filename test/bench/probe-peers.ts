/**
 * What other rules say of the transfers that the probe made: of one comparison's downloads; and, as OONI compares, of the
 * target's own site beside other sites.
 */
import type { Observation } from "../../src/observation/observation.ts";
import { type MeteredFlow, type Peer, peersSay } from "../../src/verdict/peer-rules.ts";
import type { SpentFlow } from "./measure-case.ts";

export function peersSayOf(observations: readonly Observation[]): Record<Peer, boolean> {
  const lead = observations.some(({ comparison }) => comparison === "control-server")
    ? "control-server"
    : "same-address";
  const of = (role: "target" | "control"): Observation[] =>
    observations.filter(
      (one) =>
        one.comparison === lead && one.role === role && one.pair !== undefined && one.direction === "down",
    );
  return peersSay(of("target"), of("control"));
}

/** Those that need no course of bytes. */
export const PEERS_BESIDE_SITES = ["ooni-10x", "t-test"] as const;
const LEAST_FLOWS = 2;
/** Of a flow that never began. */
const SHORTEST_S = 0.001;

/** By whole transfers, the connection's set-up included. Undefined where fewer than two of each were made. */
export function peersBesideSites(spent: readonly SpentFlow[]): Record<Peer, boolean> | undefined {
  const of = (role: "target" | "control"): MeteredFlow[] =>
    spent
      .filter(({ what }) => what === `site down ${role}`)
      .map(({ bytes, from, to }) => ({ goodputBps: (8 * bytes) / Math.max(SHORTEST_S, to - from) }));
  const [targets, controls] = [of("target"), of("control")];
  return Math.min(targets.length, controls.length) < LEAST_FLOWS ? undefined : peersSay(targets, controls);
}
