/**
 * One plain visit to the first control site, beside the target's own, so that a reader can hold the steps of the two against each
 * other. Once for all targets, begun by whoever asks first. No site, no visit.
 */
import type { NamedPlace } from "../probe/pairs/arms.ts";
import { reachTarget } from "../probe/reach/reach.ts";
import type { Reach } from "../probe/reach/reach-record.ts";
import type { Trust } from "../probe/transfer/transfer.ts";

const TIMEOUT_MS = 5000;

export function controlVisit(
  [site]: readonly NamedPlace[],
  trust: Trust,
  visit: typeof reachTarget = reachTarget,
): () => Promise<readonly Reach[]> {
  let visited: Promise<readonly Reach[]> | undefined;
  return () => {
    visited ??= site
      ? visit(
          { name: site.name, port: site.port, path: "/" },
          { ...trust, timeoutMs: TIMEOUT_MS, quic: true },
        ).then((reach) => [reach])
      : Promise.resolve([]);
    return visited;
  };
}
