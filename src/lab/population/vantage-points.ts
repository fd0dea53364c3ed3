/**
 * The clients of a scenario as places that users measure from, and what a scenario's links say of the way from each
 * network to each site.
 */
import type { AccessNetwork, HostingNetwork, NetworkKind, Scenario } from "../scenario/scenario.ts";

export interface NetworkPlace {
  readonly name: string;
  readonly kind: NetworkKind | "inside";
  readonly accessKind: "mobile" | "landline" | "hosting";
  readonly asn: number;
  readonly country: string;
  /** Of the access links, where the scenario gives one. */
  readonly downBps: number | undefined;
  readonly upBps: number | undefined;
  /** Both directions together, without the hosting network's link. */
  readonly delayUs: number;
  readonly jitterUs: number;
  /** Of packets to the client, and from it. */
  readonly downLoss: number;
  readonly upLoss: number;
  /** Two octets that all its users' addresses begin with: private or shared, as the laboratory's own. */
  readonly prefixStart: string;
  /** Indices among the scenario's clients. */
  readonly clients: readonly number[];
}

/** Access networks in their order, then hosting networks that have clients inside. */
export function networkPlaces(scenario: Scenario): NetworkPlace[] {
  let next = 0;
  const take = (count: number): number[] => Array.from({ length: count }, () => next++);
  const access = scenario.networks.map((network, index) => accessPlace(network, index, take));
  const inside = scenario.hosting.map((network, index) => insidePlace(network, index, take));
  return [...access, ...inside].filter(({ clients }) => clients.length > 0);
}

/** Names in the order that the places' indices mean. */
export function clientNames(scenario: Scenario): string[] {
  return [...scenario.networks, ...scenario.hosting].flatMap(({ clients }) =>
    clients.map(({ name }) => name),
  );
}

function accessPlace(network: AccessNetwork, index: number, take: (count: number) => number[]): NetworkPlace {
  const { name, kind, asn, country, up, down, trunk } = network;
  return {
    name,
    kind,
    accessKind: kind === "abroad" ? "hosting" : kind,
    asn,
    country,
    downBps: lowest(down.rateBps, trunk.rateBps),
    upBps: lowest(up.rateBps, trunk.rateBps),
    delayUs: up.delayUs + down.delayUs + 2 * trunk.delayUs,
    jitterUs: Math.hypot(up.jitterUs, down.jitterUs),
    downLoss: 1 - (1 - down.loss) * (1 - trunk.loss),
    upLoss: 1 - (1 - up.loss) * (1 - trunk.loss),
    prefixStart: `10.${index + 1}`,
    clients: take(network.clients.length),
  };
}

function insidePlace(
  network: HostingNetwork,
  index: number,
  take: (count: number) => number[],
): NetworkPlace {
  return {
    name: network.name,
    kind: "inside",
    accessKind: "hosting",
    asn: network.asn,
    country: network.country,
    downBps: undefined,
    upBps: undefined,
    delayUs: 0,
    jitterUs: 0,
    downLoss: 0,
    upLoss: 0,
    prefixStart: `100.${64 + index}`,
    clients: take(network.clients.length),
  };
}

function lowest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}
