/** What other rules say of the transfers that the probe made: of one comparison's downloads. */
import type { Observation } from "../../src/observation/observation.ts";
import { type Peer, peersSay } from "../../src/verdict/peer-rules.ts";

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
