/**
 * Which address is whose, by number alone, so that a scenario names none. All of it lies in ranges that no public
 * host has: access networks in 10.0.0.0/8 (RFC 1918), hosting in 100.64.0.0/10 (RFC 6598), routers in 198.18.0.0/15
 * (RFC 2544), IPv6 in fd00::/8 (RFC 4193). Numbers count from 0.
 */
export const MAX_ACCESS_NETWORKS = 200;
export const MAX_CLIENTS = 200;
export const MAX_HOPS = 16;
export const MAX_HOSTING_NETWORKS = 60;
/** Servers have the lower half of a hosting network's /16; clients inside have its last /24. */
export const MAX_HOSTING_ADDRESSES = 128 * 250;

const HOSTING_CLIENTS_BYTE = 255;

/** A link's two ends: the upper is nearer to the transit network. */
export interface LinkAddresses {
  readonly lower: string;
  readonly upper: string;
  readonly lower6: string;
  readonly upper6: string;
}

/** Of the link of client `client` of access network `network` to its first router. */
export function accessLink(network: number, client: number): LinkAddresses {
  const v6 = `fd00:a:${hex(network)}:${hex(client)}`;
  return {
    lower: `10.${network + 1}.${client + 1}.2`,
    upper: `10.${network + 1}.${client + 1}.1`,
    lower6: `${v6}::2`,
    upper6: `${v6}::1`,
  };
}

/** All clients of an access network. */
export function accessPrefix(network: number): { readonly v4: string; readonly v6: string } {
  return { v4: `10.${network + 1}.0.0/16`, v6: `fd00:a:${hex(network)}::/48` };
}

/** Between router `hop` (from 1) of an access network and the next one towards the transit network. */
export function routerLink(network: number, hop: number): LinkAddresses {
  const v4 = `198.18.${network}.${hop * 4}`;
  const v6 = `fd00:c:${hex(network)}:${hex(hop)}`;
  return { lower: step(v4, 1), upper: step(v4, 2), lower6: `${v6}::1`, upper6: `${v6}::2` };
}

/** Between the transit network and a hosting network's border (`side` 0), and behind it (`side` 1). */
export function hostingLink(hosting: number, side: 0 | 1): LinkAddresses {
  const v4 = `198.19.${hosting}.${side * 4}`;
  const v6 = `fd00:d:${hex(hosting)}:${side}`;
  return { upper: step(v4, 1), lower: step(v4, 2), upper6: `${v6}::1`, lower6: `${v6}::2` };
}

/** A client inside a hosting network. */
export function hostingClientLink(hosting: number, client: number): LinkAddresses {
  const v4 = `100.${64 + hosting}.${HOSTING_CLIENTS_BYTE}.${client * 4}`;
  const v6 = `fd00:b:${hex(hosting)}:ff${hex(client)}`;
  return { upper: step(v4, 1), lower: step(v4, 2), upper6: `${v6}::1`, lower6: `${v6}::2` };
}

/** All of a hosting network. */
export function hostingPrefix(hosting: number): { readonly v4: string; readonly v6: string } {
  return { v4: `100.${64 + hosting}.0.0/16`, v6: `fd00:b:${hex(hosting)}::/48` };
}

/** Its part that belongs to servers. */
export function serverPrefix(hosting: number): { readonly v4: string; readonly v6: string } {
  return { v4: `100.${64 + hosting}.0.0/17`, v6: `fd00:b:${hex(hosting)}::/64` };
}

/** The `index`th address of a hosting network's servers. */
export function serverAddress(hosting: number, index: number): { readonly v4: string; readonly v6: string } {
  const [third, fourth] = [Math.floor(index / 250), (index % 250) + 1];
  return {
    v4: `100.${64 + hosting}.${third}.${fourth}`,
    v6: `fd00:b:${hex(hosting)}::${hex(third)}:${hex(fourth)}`,
  };
}

/** A server address that no site has. */
export const UNUSED_ADDRESS = MAX_HOSTING_ADDRESSES - 1;

/** An address of an access network that no client has. */
export function unusedClientAddress(network: number): string {
  return `10.${network + 1}.255.2`;
}

/** The lab's one name server, a host of its own behind the transit network. */
export const NAME_SERVER = { v4: "100.127.0.53", v6: "fd00:e::53" } as const;
export const NAME_SERVER_LINK: LinkAddresses = {
  upper: "198.19.255.1",
  lower: "198.19.255.2",
  upper6: "fd00:d:ffff::1",
  lower6: "fd00:d:ffff::2",
};

function hex(value: number): string {
  return value.toString(16);
}

function step(address: string, by: number): string {
  const at = address.lastIndexOf(".") + 1;
  return address.slice(0, at) + (Number(address.slice(at)) + by);
}
