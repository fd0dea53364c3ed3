/** The kinds of cases that are drawn for the probe, by what a right verdict may not say of them. */

export const NEGATIVE_KINDS = [
  "healthy",
  // Of the line that a verdict's cost is told for.
  "healthy-50",
  "congestion",
  "random-loss",
  "slow-plan",
  "outage",
  "upload-cap",
  "slow-server",
  "tainted-address",
  // The line all but stands still for some seconds, as in a handover.
  "dip",
  "small-page",
  // What is held is the control server's address, whatever the name.
  "control-throttled",
] as const;
export const THROTTLED_KINDS = ["policed", "shaped", "delayed"] as const;
/** From the client alone "blocked-address" cannot be told from a server that is down: "down" is not wrong. */
export const BLOCKED_KINDS = ["dropped", "reset", "frozen", "blocked-address"] as const;
export const PROBE_KINDS = [
  ...NEGATIVE_KINDS,
  ...THROTTLED_KINDS,
  ...THROTTLED_KINDS,
  ...BLOCKED_KINDS,
] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];

/** Relays have no links whose rate could change. */
const KERNEL_KINDS: ReadonlySet<ProbeKind> = new Set(["dip"]);

/** The kinds that `words` (by commas; absent: all) name and that can be drawn there; or in one line why not. */
export function readKinds(words: string | undefined, isRelay: boolean): ReadonlySet<ProbeKind> | string {
  const there = PROBE_KINDS.filter((kind) => !isRelay || !KERNEL_KINDS.has(kind));
  const asked = words?.split(",") ?? there;
  const kinds = new Set(there.filter((kind) => asked.includes(kind)));
  const unknown = asked.filter((word) => !kinds.has(word as ProbeKind));
  if (unknown.length === 0) return kinds;
  return `no such kind${isRelay ? " with relays" : ""}: ${unknown.join(", ")}; there are ${[...new Set(there)].join(", ")}`;
}
