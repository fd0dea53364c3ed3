/**
 * IP addresses as text: one spelling each, so that they can be compared, and which can lie on the public internet.
 * Anything that is no address gives undefined.
 */

/** The 4 or 16 bytes of an address. */
export function addressBytes(text: string): readonly number[] | undefined {
  return text.includes(":") ? ipv6Bytes(text) : ipv4Bytes(text);
}

function ipv4Bytes(text: string): number[] | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const bytes = text.split(".").map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function ipv6Bytes(text: string): number[] | undefined {
  const bare = text.replace(/%.*$/, "");
  if (bare.length > 45 || !/^[0-9a-fA-F:.]+$/.test(bare)) return undefined;
  const halves = bare.split("::");
  if (halves.length > 2) return undefined;
  const parts = halves.map((half) => groupsBytes(half));
  const [before, after] = parts;
  if (!before || (halves.length === 2 && !after)) return undefined;
  if (halves.length === 1) return before.length === 16 ? before : undefined;
  const missing = 16 - before.length - after!.length;
  return missing >= 2 ? [...before, ...new Array<number>(missing).fill(0), ...after!] : undefined;
}

function groupsBytes(half: string): number[] | undefined {
  if (half === "") return [];
  const bytes: number[] = [];
  for (const group of half.split(":")) {
    if (group.includes(".")) {
      const ipv4 = ipv4Bytes(group);
      if (!ipv4) return undefined;
      bytes.push(...ipv4);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    }
  }
  return bytes;
}

/** 64:ff9b::/96 holds an IPv4 address for networks that have none (RFC 6052). */
const NAT64 = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];

/** One spelling for each address; an IPv4 address behind NAT64 is given as IPv4. */
export function canonicalAddress(text: string): string | undefined {
  const bytes = addressBytes(text);
  if (!bytes) return undefined;
  if (bytes.length === 4) return bytes.join(".");
  if (NAT64.every((byte, i) => bytes[i] === byte)) return bytes.slice(12).join(".");
  const groups = [];
  for (let i = 0; i < 16; i += 2) groups.push(((bytes[i]! << 8) | bytes[i + 1]!).toString(16));
  return groups.join(":");
}

/** "192.0.2.1:443" or "[2001:db8::1]:443" */
export function splitEndpoint(text: string): { readonly ip: string; readonly port: number } | undefined {
  const match = /^(?:\[([^\]]{2,60})\]|([^:]{1,60})):(\d{1,5})$/.exec(text);
  const ip = match && canonicalAddress(match[1] ?? match[2]!);
  return ip ? { ip, port: Number(match[3]) } : undefined;
}

/** What never is the right address of a public site: IANA's special-purpose registries, RFC 6890. */
const BOGONS: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  ["::", 127],
  ["::ffff:0:0", 96],
  ["100::", 64],
  ["2001:10::", 28],
  ["2001:db8::", 32],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
];
/** Benchmarking; bypass tools hand it out as stand-in addresses ("fake IP"). */
const STAND_IN = ["198.18.0.0", 15] as const;

function within(bytes: readonly number[], [network, bits]: readonly [string, number]): boolean {
  const prefix = addressBytes(network)!;
  if (prefix.length !== bytes.length) return false;
  return prefix.every((byte, i) => {
    const covered = Math.min(8, Math.max(0, bits - 8 * i));
    const mask = (0xff << (8 - covered)) & 0xff;
    return (byte & mask) === (bytes[i]! & mask);
  });
}

export function isBogon(address: string): boolean {
  const bytes = addressBytes(address);
  return bytes !== undefined && BOGONS.some((network) => within(bytes, network));
}

export function isStandIn(address: string): boolean {
  const bytes = addressBytes(address);
  return bytes !== undefined && within(bytes, STAND_IN);
}

/** Whether two addresses may well lie in one network: alike in the first 16 bits of IPv4, 32 of IPv6. */
export function areNeighbours(one: string, other: string): boolean {
  const bytes = addressBytes(one);
  if (bytes === undefined || addressBytes(other) === undefined) return false;
  return within(bytes, [other, bytes.length === 4 ? 16 : 32]);
}

export function isIpv6(address: string): boolean {
  return address.includes(":");
}
