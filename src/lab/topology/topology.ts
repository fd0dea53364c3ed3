/**
 * What a scenario's network is made of: hosts (a network namespace each), links between them, and every address.
 * Pure data; network/ builds it out of the kernel's parts, relay/ out of sockets.
 *
 *   client - r1 - r2 - ... - rN - transit - border - servers - clients inside
 *                  (box, blocker at their hops)              (box)
 */
import type { LinkQuality } from "../scenario/scenario.ts";

export interface Interface {
  readonly host: string;
  readonly device: string;
  /** With prefix length; IPv4 first. */
  readonly addresses: readonly string[];
}

export interface Link {
  readonly a: Interface;
  readonly b: Interface;
  readonly aToB: LinkQuality;
  readonly bToA: LinkQuality;
}

export interface Route {
  /** A prefix or "default", as ip-route(8) has it. */
  readonly to: string;
  readonly version: 4 | 6;
  /** Absent: what goes there is dropped in silence. */
  readonly via?: string;
}

export const HOST_ROLES = ["client", "router", "transit", "border", "servers"] as const;
export type HostRole = (typeof HOST_ROLES)[number];

export interface Host {
  readonly name: string;
  readonly role: HostRole;
  /** Name of its access or hosting network. */
  readonly network?: string;
  /** Prefixes all of whose addresses are its own. */
  readonly ownPrefixes: readonly string[];
  readonly routes: readonly Route[];
}

/** Where a box sits: packets that come in by any other device than `outsideDevice` are from the inside. */
export interface BoxSite {
  readonly host: string;
  readonly outsideDevice: string;
  readonly network: string;
  readonly role: "box" | "blocker";
}

export interface SiteAddresses {
  readonly v4: string;
  readonly v6?: string;
}

export interface Topology {
  readonly hosts: readonly Host[];
  readonly links: readonly Link[];
  readonly boxes: readonly BoxSite[];
  /** Of each client, as the others see it. */
  readonly clients: ReadonlyMap<string, SiteAddresses>;
  /** Of each site. */
  readonly sites: ReadonlyMap<string, SiteAddresses>;
  readonly nameServer: SiteAddresses;
}
