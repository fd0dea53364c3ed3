/**
 * Addresses of clients: one written form for each, and whose budget it counts against.
 */
import ipaddr from "ipaddr.js";

/** IPv4 in IPv6 becomes IPv4, zones go, IPv6 is written in its shortest form. */
export function plainAddress(address: string): string {
  const bare = address.split("%", 1)[0]!;
  return ipaddr.isValid(bare) ? ipaddr.process(bare).toString() : bare;
}

/** The IPv4 address itself, or the /64 of an IPv6 address: one subscriber has all of it. */
export function clientOf(address: string): string {
  const bare = address.split("%", 1)[0]!;
  if (!ipaddr.isValid(bare)) return bare;
  const read = ipaddr.process(bare);
  if (read.kind() === "ipv4") return read.toString();
  const groups = (read as ipaddr.IPv6).parts.slice(0, 4).map((part) => part.toString(16));
  return `${groups.join(":")}::/64`;
}

/** What whoever rents a connection is given at most, by its client: an IPv4 address, or the /48 of a /64 (RFC 6177). */
export function networkOf(client: string): string {
  const groups = client.split(":");
  return client.endsWith("::/64") ? `${groups.slice(0, 3).join(":")}::/48` : client;
}
