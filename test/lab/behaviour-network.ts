/**
 * The network on which the rows of behaviour run over the kernel: for each configuration of a box an access network with
 * the box at hop 3, one client host that plays all its rows' clients, and one host for all servers:
 *   clients - r1 - r2 - r3 (box) - ... - transit - border - servers;  a neighbour inside hangs on the first network's r3.
 * Nobody owns the addresses of the ends: no kernel answers in their place, and raw packets are all there is. The first
 * network has six hops and its operator's own blocker at the sixth.
 */
import type { ScenarioClock } from "../../src/lab/clock/clocks.ts";
import type { BoxDriverSetup, BoxGroupSetup } from "../../src/lab/driver/box-messages.ts";
import type { MiddleboxConfig } from "../../src/lab/middlebox/config.ts";
import { blockerConfig } from "../../src/lab/network/box-config.ts";
import type { Scenario } from "../../src/lab/scenario/scenario.ts";
import { accessLink, accessPrefix, hostingLink } from "../../src/lab/topology/addressing.ts";
import { planTopology, routerName, TRANSIT } from "../../src/lab/topology/plan-topology.ts";
import type { Host, Route, Topology } from "../../src/lab/topology/topology.ts";
import type { Behaviour } from "../middlebox/behaviour.ts";
import type { RowAddresses } from "../middlebox/row-packets.ts";
import { byName } from "../middlebox/rules.ts";

export const BOX_HOP = 3;
export const BLOCKER_HOP = 6;
export const SERVERS = "hoster-servers";
export const NEIGHBOUR = "neighbour";
/** What the operator's own blocker resets. */
export const BLOCKED_BY_OPERATOR = "operator.example";
const SERVER_PREFIXES = { v4: "192.0.2.0/24", v6: "2001:db8:2::/48" };
const INSIDE_PREFIX = "10.250.0.0/16";
const BRANCH = { upper: "198.18.250.1", lower: "198.18.250.2" };
/** A row has a few flows. */
const MAX_FLOWS = 1024;

/** A row's place: which network, which of its clients, which device of its box. */
export interface Lane {
  readonly row: Behaviour;
  readonly clientHost: string;
  readonly serverHost: string;
  readonly addresses: RowAddresses;
}

export interface BehaviourNetwork {
  readonly topology: Topology;
  readonly lanes: readonly Lane[];
  readonly driver: (clock: ScenarioClock) => BoxDriverSetup;
}

export function clientHost(network: number): string {
  return `clients-${network}`;
}

export function planBehaviours(
  rows: readonly Behaviour[],
  scenarioOf: (text: string) => Scenario,
): BehaviourNetwork {
  const configs = [...new Set(["{}", ...rows.map(keyOf)])];
  const topology = withEnds(planTopology(scenarioOf(scenarioText(configs.length))), configs.length);
  const counts = configs.map(() => 0);
  const clients: { address: string; device: number }[][] = configs.map(() => []);
  const rules: Behaviour["rules"][][] = configs.map(() => []);
  const lanes = rows.map((row): Lane => {
    const network = configs.indexOf(keyOf(row));
    const device = counts[network]++;
    const link = accessLink(network, device + 1);
    const addresses = row.isInsideOnly
      ? { client: link.lower, server: "10.250.0.9", other: "10.250.0.10" }
      : row.ipVersion === 6
        ? { client: link.lower6, server: "2001:db8:2::1", other: "2001:db8:2::2" }
        : { client: link.lower, server: "192.0.2.1", other: "192.0.2.2" };
    clients[network]!.push({ address: addresses.client, device });
    if (row.isInsideOnly) clients[network]!.push({ address: addresses.server, device });
    rules[network]!.push(row.rules);
    const serverHost = row.isInsideOnly ? NEIGHBOUR : SERVERS;
    return { row, addresses, clientHost: clientHost(network), serverHost };
  });
  const groups = topology.boxes.map((site): BoxGroupSetup => {
    const network = Number(site.network.slice(1));
    const isBox = site.role === "box";
    const config = isBox ? (JSON.parse(configs[network]!) as Partial<MiddleboxConfig>) : blockerConfig(1);
    const lists = isBox ? rules[network]! : [byName({ kind: "reset" }, BLOCKED_BY_OPERATOR)];
    return {
      ...site,
      config: { ...config, maxFlows: isBox ? MAX_FLOWS : 20 * MAX_FLOWS },
      devices: lists.map((list) => ({ rules: list, health: { kind: "ok" } })),
      others: isBox ? -1 : 0,
      clients: isBox ? clients[network]! : [],
    };
  });
  return { topology, lanes, driver: (clock) => ({ seed: 20210310, clock, groups }) };
}

function keyOf({ config }: Behaviour): string {
  return JSON.stringify(config ?? {});
}

function scenarioText(networks: number): string {
  const lines = Array.from({ length: networks }, (_, index) => {
    const blocker = index === 0 ? `, hops: ${BLOCKER_HOP}, blocker: {hop: ${BLOCKER_HOP}, rules: none}` : "";
    return `  - {name: n${index}, kind: mobile, asn: 64500, hops: ${BOX_HOP}, access: {}, box: {hop: ${BOX_HOP}}, clients: [${clientHost(index)}]}`.replace(
      `, hops: ${BOX_HOP}`,
      blocker || `, hops: ${BOX_HOP}`,
    );
  });
  return `
name: behaviours
title: the table of behaviours
start: 2021-03-10T00:00:00Z
end: 2021-05-11T00:00:00Z
rules:
  none: {action: drop, rules: [{id: nothing, names: nothing.invalid}]}
hosting: [{name: hoster, asn: 64501}]
sites: [{name: example.org, hosting: hoster}]
networks:
${lines.join("\n")}
ipv6: true
`;
}

/** The planned network with ways to the ends' addresses. */
function withEnds(topology: Topology, networks: number): Topology {
  const more = new Map<string, Route[]>();
  const add = (host: string, ...routes: Route[]): void => {
    more.set(host, [...(more.get(host) ?? []), ...routes]);
  };
  const [outer, inner] = [hostingLink(0, 0), hostingLink(0, 1)];
  add(TRANSIT, { to: SERVER_PREFIXES.v4, version: 4, via: outer.lower });
  add(TRANSIT, { to: SERVER_PREFIXES.v6, version: 6, via: outer.lower6 });
  add("hoster-border", { to: SERVER_PREFIXES.v4, version: 4, via: inner.lower });
  add("hoster-border", { to: SERVER_PREFIXES.v6, version: 6, via: inner.lower6 });
  // The ends' hosts drop what they get: a new namespace may forward IPv4 when the machine does.
  add(SERVERS, { to: SERVER_PREFIXES.v4, version: 4 }, { to: SERVER_PREFIXES.v6, version: 6 });
  for (let network = 0; network < networks; network++) {
    const { v4, v6 } = accessPrefix(network);
    add(clientHost(network), { to: v4, version: 4 }, { to: v6, version: 6 });
    const link = accessLink(network, 0);
    add(routerName(`n${network}`, 1), { to: v4, version: 4, via: link.lower });
    add(routerName(`n${network}`, 1), { to: v6, version: 6, via: link.lower6 });
  }
  const boxHost = routerName("n0", BOX_HOP);
  add(boxHost, { to: INSIDE_PREFIX, version: 4, via: BRANCH.lower });
  const neighbour: Host = {
    ...{ name: NEIGHBOUR, role: "client", network: "n0", ownPrefixes: [] },
    routes: [
      { to: "default", version: 4, via: BRANCH.upper },
      { to: INSIDE_PREFIX, version: 4 },
    ],
  };
  const perfect = { queueBytes: 0, delayUs: 0, jitterUs: 0, loss: 0 };
  return {
    ...topology,
    hosts: [
      ...topology.hosts.map((host) => ({
        ...host,
        routes: [
          // Instead of dropping what is for a client that the plan does not know.
          ...host.routes.filter(
            ({ to, via }) => via || !more.get(host.name)?.some((route) => route.to === to),
          ),
          ...(more.get(host.name) ?? []),
        ],
      })),
      neighbour,
    ],
    links: [
      ...topology.links,
      {
        a: { host: NEIGHBOUR, device: "uplink", addresses: [`${BRANCH.lower}/30`] },
        b: { host: boxHost, device: "branch", addresses: [`${BRANCH.upper}/30`] },
        ...{ aToB: perfect, bToA: perfect },
      },
    ],
  };
}

/** Addresses by which a router of the first network may answer. */
export function routerAddresses(topology: Topology, hop: number): string[] {
  const host = hop > BLOCKER_HOP ? TRANSIT : routerName("n0", hop);
  return topology.links
    .flatMap(({ a, b }) => [a, b])
    .filter((end) => end.host === host)
    .flatMap(({ addresses }) => addresses.map((address) => address.split("/")[0]!));
}

/** How often a packet is counted down from the first network's client to the servers: six routers, transit, border. */
export const HOPS_TO_SERVERS = BLOCKER_HOP + 2;
