/**
 * Scenario in, topology out: every host, link, route and address, the same for the same scenario.
 */
import type { AccessNetwork, HostingNetwork, LinkQuality, Scenario } from "../scenario/scenario.ts";
import type { LinkAddresses } from "./addressing.ts";
import {
  accessLink,
  accessPrefix,
  hostingClientLink,
  hostingLink,
  hostingPrefix,
  NAME_SERVER,
  NAME_SERVER_LINK,
  routerLink,
  serverAddress,
  serverPrefix,
} from "./addressing.ts";
import type { BoxSite, Host, Link, Route, SiteAddresses, Topology } from "./topology.ts";

export const TRANSIT = "transit";
export const NAME_SERVER_HOST = "name-server";
/** Every host's device towards the transit network. */
export const UP = "uplink";

const PERFECT: LinkQuality = { queueBytes: 0, delayUs: 0, jitterUs: 0, loss: 0 };

interface HostDraft {
  readonly host: Omit<Host, "routes" | "ownPrefixes">;
  readonly ownPrefixes: string[];
  readonly routes: Route[];
}

class Draft {
  readonly hosts = new Map<string, HostDraft>();
  readonly links: Link[] = [];
  readonly boxes: BoxSite[] = [];
  readonly clients = new Map<string, SiteAddresses>();
  readonly ipv6: boolean;

  constructor(ipv6: boolean) {
    this.ipv6 = ipv6;
  }

  addHost(name: string, role: Host["role"], network?: string): HostDraft {
    const draft: HostDraft = {
      host: { name, role, ...(network === undefined ? {} : { network }) },
      ownPrefixes: [],
      routes: [],
    };
    this.hosts.set(name, draft);
    return draft;
  }

  /** Ends by name; `down` is how packets fare from the upper to the lower end. */
  addLink(
    lower: { readonly host: string; readonly device: string },
    upper: { readonly host: string; readonly device: string },
    addresses: LinkAddresses,
    up: LinkQuality,
    down: LinkQuality,
  ): void {
    const both = (v4: string, v6: string): string[] => (this.ipv6 ? [`${v4}/30`, `${v6}/64`] : [`${v4}/30`]);
    this.links.push({
      a: { ...lower, addresses: both(addresses.lower, addresses.lower6) },
      b: { ...upper, addresses: both(addresses.upper, addresses.upper6) },
      aToB: up,
      bToA: down,
    });
  }

  route(host: HostDraft, to: { readonly v4: string; readonly v6: string }, via4: string, via6: string): void {
    host.routes.push({ to: to.v4, version: 4, via: via4 });
    if (this.ipv6) host.routes.push({ to: to.v6, version: 6, via: via6 });
  }

  own(host: HostDraft, prefix: { readonly v4: string; readonly v6: string }): void {
    host.ownPrefixes.push(prefix.v4);
    if (this.ipv6) host.ownPrefixes.push(prefix.v6);
  }

  blackhole(host: HostDraft, to: { readonly v4: string; readonly v6: string }): void {
    host.routes.push({ to: to.v4, version: 4 });
    if (this.ipv6) host.routes.push({ to: to.v6, version: 6 });
  }

  addresses(of: { readonly v4: string; readonly v6: string }): SiteAddresses {
    return this.ipv6 ? { v4: of.v4, v6: of.v6 } : { v4: of.v4 };
  }
}

const NAME_SERVER_PREFIX = { v4: `${NAME_SERVER.v4}/32`, v6: `${NAME_SERVER.v6}/128` };
const DEFAULT_ROUTE = { v4: "default", v6: "default" };

export function planTopology(scenario: Scenario): Topology {
  const draft = new Draft(scenario.ipv6);
  const transit = draft.addHost(TRANSIT, "transit");
  scenario.networks.forEach((network, index) => {
    addAccessNetwork(draft, transit, network, index);
  });
  scenario.hosting.forEach((hosting, index) => {
    addHostingNetwork(draft, transit, hosting, index);
  });
  addNameServer(draft, transit);
  return {
    hosts: [...draft.hosts.values()].map(({ host, ownPrefixes, routes }) => ({
      ...host,
      ownPrefixes,
      routes,
    })),
    links: draft.links,
    boxes: draft.boxes,
    clients: draft.clients,
    sites: siteAddresses(scenario, draft),
    nameServer: draft.addresses(NAME_SERVER),
  };
}

export function routerName(network: string, hop: number): string {
  return `${network}-r${hop}`;
}

function addAccessNetwork(draft: Draft, transit: HostDraft, network: AccessNetwork, index: number): void {
  const prefix = accessPrefix(index);
  for (let hop = 1; hop <= network.hops; hop++) {
    const router = draft.addHost(routerName(network.name, hop), "router", network.name);
    const link = routerLink(index, hop);
    const isLast = hop === network.hops;
    const upper = isLast
      ? { host: TRANSIT, device: `n${index}` }
      : { host: routerName(network.name, hop + 1), device: "downlink" };
    const quality = isLast ? network.trunk : PERFECT;
    draft.addLink({ host: router.host.name, device: UP }, upper, link, quality, quality);
    draft.route(router, DEFAULT_ROUTE, link.upper, link.upper6);
    if (hop > 1) {
      const below = routerLink(index, hop - 1);
      draft.route(router, prefix, below.lower, below.lower6);
    }
    if (isLast) draft.route(transit, prefix, link.lower, link.lower6);
    // What is for nobody must not go round in circles.
    if (hop === 1) draft.blackhole(router, prefix);
  }
  network.clients.forEach((client, number) => {
    const host = draft.addHost(client.name, "client", network.name);
    const link = accessLink(index, number);
    const router = { host: routerName(network.name, 1), device: `c${number}` };
    draft.addLink({ host: client.name, device: UP }, router, link, network.up, network.down);
    draft.route(host, DEFAULT_ROUTE, link.upper, link.upper6);
    draft.clients.set(client.name, draft.addresses({ v4: link.lower, v6: link.lower6 }));
  });
  const place = (hop: number, role: BoxSite["role"]): void => {
    draft.boxes.push({ host: routerName(network.name, hop), outsideDevice: UP, network: network.name, role });
  };
  if (network.box) place(network.box.hop, "box");
  if (network.blocker) place(network.blocker.hop, "blocker");
}

function addHostingNetwork(draft: Draft, transit: HostDraft, hosting: HostingNetwork, index: number): void {
  const border = draft.addHost(`${hosting.name}-border`, "border", hosting.name);
  const servers = draft.addHost(`${hosting.name}-servers`, "servers", hosting.name);
  const prefix = hostingPrefix(index);
  const outer = hostingLink(index, 0);
  const inner = hostingLink(index, 1);
  const transitEnd = { host: TRANSIT, device: `h${index}` };
  draft.addLink({ host: border.host.name, device: UP }, transitEnd, outer, hosting.link, hosting.link);
  draft.addLink(
    { host: servers.host.name, device: UP },
    { host: border.host.name, device: "servers" },
    inner,
    PERFECT,
    PERFECT,
  );
  draft.route(transit, prefix, outer.lower, outer.lower6);
  draft.route(border, DEFAULT_ROUTE, outer.upper, outer.upper6);
  draft.route(border, prefix, inner.lower, inner.lower6);
  draft.route(servers, DEFAULT_ROUTE, inner.upper, inner.upper6);
  // The name server's address too: clients inside have one that the border does not cut off.
  draft.own(servers, serverPrefix(index));
  draft.own(servers, NAME_SERVER_PREFIX);
  if (hosting.box) {
    draft.boxes.push({ host: border.host.name, outsideDevice: UP, network: hosting.name, role: "box" });
  }
  hosting.clients.forEach((client, number) => {
    const host = draft.addHost(client.name, "client", hosting.name);
    const link = hostingClientLink(index, number);
    const serverEnd = { host: servers.host.name, device: `c${number}` };
    draft.addLink({ host: client.name, device: UP }, serverEnd, link, PERFECT, PERFECT);
    draft.route(host, DEFAULT_ROUTE, link.upper, link.upper6);
    draft.clients.set(client.name, draft.addresses({ v4: link.lower, v6: link.lower6 }));
  });
}

function addNameServer(draft: Draft, transit: HostDraft): void {
  const host = draft.addHost(NAME_SERVER_HOST, "servers");
  const link = NAME_SERVER_LINK;
  draft.addLink(
    { host: host.host.name, device: UP },
    { host: TRANSIT, device: "ns" },
    link,
    PERFECT,
    PERFECT,
  );
  draft.route(transit, NAME_SERVER_PREFIX, link.lower, link.lower6);
  draft.route(host, DEFAULT_ROUTE, link.upper, link.upper6);
  draft.own(host, NAME_SERVER_PREFIX);
}

/** A site that names no address takes its hosting network's next one, and starts anew when they are used up. */
function siteAddresses(scenario: Scenario, draft: Draft): Map<string, SiteAddresses> {
  const next = new Map<string, number>();
  const addresses = new Map<string, SiteAddresses>();
  for (const site of scenario.sites) {
    const index = scenario.hosting.findIndex(({ name }) => name === site.hosting);
    const taken = next.get(site.hosting) ?? 0;
    const number = site.address ?? taken % scenario.hosting[index]!.addresses;
    if (site.address === undefined) next.set(site.hosting, taken + 1);
    addresses.set(site.name, draft.addresses(serverAddress(index, number)));
  }
  return addresses;
}
