/** The second name server: one that is asked for the targets' names beside the system's, for the system's may lie. */
import { isIP } from "node:net";
import { type ProbeTarget, readPlace } from "../probe/probe-target.ts";
import { CommandError } from "./command-error.ts";
import type { ProbeFlags } from "./probe-options.ts";
import { isInLaboratory } from "./probe-way.ts";

/** Of a name server, which no name server can be asked for. */
export function checkResolver(text: string): void {
  if (text === NO_RESOLVER) return;
  const place = readPlace(text);
  if (!place || isIP(place.host) === 0)
    throw new CommandError(`--resolver: '${text}' is no IP address, with or without a port, and not 'none'`);
}

/** Quad9's: a foundation's, which says that it keeps no addresses of those who ask. */
export const USUAL_RESOLVER = "9.9.9.9";
const NO_RESOLVER = "none";
/** RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476, and what is used in the same way: of private networks, or of nobody. */
const PRIVATE_ENDING =
  /^([^.]+|.*\.(local|localhost|internal|intranet|lan|home|corp|private|alt|test|example|invalid|onion|arpa))\.?$/i;

/** `undefined`: none is asked for the name. A laboratory has its own; where the name is sent elsewhere on purpose, nobody needs it. */
export function resolverFor(
  { resolver, connect }: Pick<ProbeFlags, "resolver" | "connect">,
  { name }: Pick<ProbeTarget, "name">,
): string | undefined {
  if (resolver !== undefined) return resolver === NO_RESOLVER ? undefined : resolver;
  const isPublic = isIP(name) === 0 && !PRIVATE_ENDING.test(name);
  return isPublic && connect === undefined && !isInLaboratory() ? USUAL_RESOLVER : undefined;
}
