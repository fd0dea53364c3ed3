/**
 * What other rules say of the transfers that the probe made: of one comparison's downloads; and, as OONI compares, of the
 * target's own site beside other sites.
 */
import type { Observation } from "../../src/observation/observation.ts";
import { type MeteredFlow, type PeerAnswers, peersSay } from "../../src/verdict/peer-rules.ts";
import type { SpentFlow } from "./measure-case.ts";

export function peersSayOf(observations: readonly Observation[]): PeerAnswers {
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
/** Of a flow that never began. */
const SHORTEST_S = 0.001;

/** By whole transfers, the connection's set-up included. Undefined where neither the target's site nor another was fetched. */
export function peersBesideSites(spent: readonly SpentFlow[]): PeerAnswers | undefined {
  const of = (what: string): SpentFlow[] => spent.filter((one) => one.what === what);
  const sites = of("site down control");
  // Beside other sites the target's flow of the same number beside another name is taken.
  const shared = of("same-address down target").filter(({ pair }) => sites.some((one) => one.pair === pair));
  const [targets, controls] = [[...of("site down target"), ...shared], sites].map((flows) =>
    flows.map(metered),
  );
  return sites.length === 0 ? undefined : peersSay(targets!, controls!);
}

function metered({ bytes, from, to }: SpentFlow): MeteredFlow {
  return { goodputBps: (8 * bytes) / Math.max(SHORTEST_S, to - from) };
}
