import { describe, expect, it } from "vitest";
import { scenarioOf } from "../../../test/lab/small-scenario.ts";
import { planTopology } from "./plan-topology.ts";
import type { Topology } from "./topology.ts";

const TEXT = `
name: t
title: t
start: 2026-01-01T00:00:00Z
end: 2026-01-02T00:00:00Z
ipv6: true
hosting:
  - {name: one, asn: 1, addresses: 3, clients: [inside]}
  - {name: two, asn: 2, box: {devices: 1}}
sites:
  - {name: a.example, hosting: one}
  - {name: b.example, hosting: one}
  - {name: c.example, hosting: one}
  - {name: d.example, hosting: one}
  - {name: e.example, hosting: two, address: 300}
networks:
  - {name: mobile, kind: mobile, asn: 3, hops: 5, box: {hop: 2, devices: 2}, blocker: {hop: 4, rules: none}, clients: [p, q]}
  - {name: short, kind: landline, asn: 4, hops: 1, clients: [r]}
rules:
  none: {rules: []}
`;

const number = (address: string): number =>
  address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

/** Follows IPv4 routes as hosts do: own addresses, direct neighbours, the longest prefix. Returns the hosts on the way. */
function walk(topology: Topology, from: string, to: string): string[] {
  const inPrefix = (prefix: string): boolean => {
    if (prefix === "default") return true;
    const [base, bits] = prefix.split("/");
    const size = 2 ** (32 - Number(bits));
    return Math.floor(number(base!) / size) === Math.floor(number(to) / size);
  };
  const neighbours = (host: string): { host: string; address: string; prefix: string }[] =>
    topology.links.flatMap(({ a, b }) => {
      const [own, other] = a.host === host ? [a, b] : [b, a];
      if (own.host !== host) return [];
      return [{ host: other.host, address: other.addresses[0]!.split("/")[0]!, prefix: own.addresses[0]! }];
    });
  const way = [from];
  for (let at = from; way.length < 40; ) {
    const host = topology.hosts.find(({ name }) => name === at)!;
    const isOwn =
      host.ownPrefixes.some((prefix) => !prefix.includes(":") && inPrefix(prefix)) ||
      neighbours(at).some(({ prefix }) => prefix.split("/")[0] === to);
    if (isOwn) return way;
    const direct = neighbours(at).find(({ prefix }) => inPrefix(prefix));
    const route = host.routes
      .filter(({ version, to: prefix }) => version === 4 && inPrefix(prefix))
      .sort((a, b) => Number(b.to.split("/")[1] ?? 0) - Number(a.to.split("/")[1] ?? 0))[0];
    const next = direct ?? neighbours(at).find(({ address }) => address === route?.via);
    if (!next) return [...way, "nowhere"];
    at = next.host;
    way.push(at);
  }
  return [...way, "in circles"];
}

describe("the plan of a network", () => {
  const topology = planTopology(scenarioOf(TEXT));

  it("leads every client to every site and to the name server, and every answer back", () => {
    const addresses = [...topology.sites.values(), topology.nameServer].map(({ v4 }) => v4);
    for (const [client, { v4 }] of topology.clients) {
      for (const address of addresses) {
        const way = walk(topology, client, address);
        expect(way.at(-1)).toMatch(/servers$|name-server$/);
        expect(walk(topology, way.at(-1)!, v4).at(-1)).toBe(client);
      }
    }
  });

  it("gives a client as many routers as its network has hops", () => {
    const way = walk(topology, "p", topology.sites.get("e.example")!.v4);
    expect(way).toEqual([
      ...["p", "mobile-r1", "mobile-r2", "mobile-r3", "mobile-r4", "mobile-r5"],
      ...["transit", "two-border", "two-servers"],
    ]);
    expect(topology.boxes.map(({ host, role }) => [host, role])).toEqual([
      ["mobile-r2", "box"],
      ["mobile-r4", "blocker"],
      ["two-border", "box"],
    ]);
  });

  it("keeps clients inside a hosting network, and their name server, behind the border", () => {
    expect(walk(topology, "inside", topology.sites.get("a.example")!.v4)).toEqual(["inside", "one-servers"]);
    expect(walk(topology, "inside", topology.nameServer.v4)).toEqual(["inside", "one-servers"]);
    expect(walk(topology, "inside", topology.sites.get("e.example")!.v4)).toContain("one-border");
  });

  it("drops what is for nobody instead of sending it round in circles", () => {
    expect(walk(topology, "transit", "10.1.255.2").at(-1)).toBe("nowhere");
  });

  it("lets sites share addresses when there are more of them, and gives no address to two hosts", () => {
    const { v4 } = topology.sites.get("a.example")!;
    expect(topology.sites.get("d.example")!.v4).toBe(v4);
    const all = topology.links.flatMap(({ a, b }) => [...a.addresses, ...b.addresses]);
    expect(new Set(all).size).toBe(all.length);
  });
});
