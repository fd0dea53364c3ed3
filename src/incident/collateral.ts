/**
 * Affected names that nobody meant to affect: hit by a pattern of names, by an address, or by the host that they share with
 * what was meant.
 */
import type { TimelineEntry } from "../observation/timeline-entry.ts";
import { names } from "./attribution/order-link.ts";
import { affectedTargets, type Event, hostOf } from "./event.ts";
import type { NamePattern } from "./pattern.ts";

export interface Collateral {
  readonly target: string;
  readonly how: "name" | "address" | "host";
  /** The pattern, address or hosting network that it shares with what was meant. */
  readonly shared: string;
  readonly troubles: number;
  readonly votes: number;
}

/** Of the names tried in a network, those announced: twitter.com was one of four names of its own. */
const OWN_NAMES = 0.2;

/** Affected names that were not meant: not announced, and not of the host of what was. */
export function collateralOf(
  set: readonly Event[],
  main: Event,
  patterns: readonly NamePattern[],
  timeline: readonly TimelineEntry[],
): Collateral[] {
  const affected = set.flatMap(affectedTargets);
  // Who claims something about a name has not ordered anything against it.
  const announced = timeline.filter(({ predicate }) => predicate === undefined);
  const isNamed = (target: string): boolean => announced.some((entry) => names(entry, target));
  const meant = affected.filter(({ target }) => isNamed(target));
  const hosts = new Set(
    meant.length > 0 ? meant.flatMap(({ hostingAsn }) => hostingAsn ?? []) : [hostOf(main)],
  );
  if (meant.length > 0) for (const host of hosts) if (!isOwnHost(host!, set, isNamed)) hosts.delete(host);
  // Nothing was announced, and nobody knows where it is hosted: what it was about is all there is.
  if (meant.length === 0 && hostOf(main) === undefined) return [];
  const isMeant = ({ target, hostingAsn }: { target: string; hostingAsn?: number }): boolean =>
    isNamed(target) || (hostingAsn !== undefined && hosts.has(hostingAsn));
  const core = affected.filter(isMeant);
  const addresses = new Set(core.flatMap((one) => one.addresses));
  const found = new Map<string, Collateral>();
  for (const one of affected) {
    if (isMeant(one) || found.has(one.target)) continue;
    const { target, troubles, votes } = one;
    const pattern = patterns.find(
      (candidate) => candidate.hit.length > 1 && candidate.hit.includes(target.toLowerCase()),
    );
    const address = one.addresses.find((candidate) => addresses.has(candidate));
    const [how, shared] = pattern
      ? (["name", pattern.text] as const)
      : address !== undefined
        ? (["address", address] as const)
        : (["host", one.hostingAsn === undefined ? "unknown" : `AS${one.hostingAsn}`] as const);
    found.set(target, { target, how, shared, troubles, votes });
  }
  return [...found.values()].sort((a, b) => b.votes - a.votes);
}

/** Whether a hosting network is that of what was meant, and not one that hosts whoever pays: by the names tried there. */
function isOwnHost(host: number, set: readonly Event[], isNamed: (target: string) => boolean): boolean {
  const tried = new Set(
    set.flatMap(({ targets }) => targets.flatMap((one) => (one.hostingAsn === host ? one.target : []))),
  );
  return [...tried].filter(isNamed).length >= OWN_NAMES * tried.size;
}
