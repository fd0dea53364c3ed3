/**
 * The last gate before a store: whoever calls it, no prefix finer than may be kept goes in (DESIGN.md, Safety). Readers cut
 * addresses or refuse them long before; what comes here is a mistake of the program, so it throws, and does not repeat
 * the prefix, which could end in a log.
 */
import { isCoarsePrefix } from "../observation/prefix.ts";
import type { StoredObservation } from "./store.ts";

export function refuseFinePrefixes(observations: readonly StoredObservation[]): void {
  const fine = observations.find(
    ({ observation: { prefix } }) => prefix !== undefined && !isCoarsePrefix(prefix),
  );
  if (!fine) return;
  const { observation, part } = fine;
  throw new RangeError(
    `${observation.measurementId}, part ${part}: a prefix finer than may be stored (IPv4 /24, IPv6 /32)`,
  );
}
