/**
 * Builds IPv4 (RFC 791) and IPv6 (RFC 8200) packets: options, extension headers, fragments, correct checksums.
 * Addresses are text; an impossible one is a bug of the caller and throws. For the laboratory, tests and benchmarks.
 */
import { joined, uint16, uint32 } from "./emit-bytes.ts";
import { internetChecksum } from "./emit-checksum.ts";

const DEFAULT_HOP_LIMIT = 64;
const IPV6_FRAGMENT_HEADER = 44;

export interface IpHeader {
  /** Dotted IPv4 or IPv6; both ends of one family. */
  readonly source: string;
  readonly destination: string;
  readonly hopLimit?: number;
  /** DSCP and ECN (RFC 2474, RFC 3168). */
  readonly trafficClass?: number;
  /** IPv4 identification, and that of fragments of both versions. */
  readonly identification?: number;
  /** IPv4 only; default true for a whole packet. */
  readonly dontFragment?: boolean;
  /** IPv4 options; filled up with zeros to a multiple of four bytes, at most 40. */
  readonly options?: Uint8Array;
  /** IPv6 extension headers in order: hop-by-hop (0), routing (43), destination options (60). */
  readonly extensions?: readonly IpExtension[];
}

export interface IpExtension {
  readonly type: number;
  /** What follows "next header" and length; filled up with PadN (RFC 8200, section 4.2) to a multiple of eight. */
  readonly body: Uint8Array;
}

/** The 4 or 16 bytes of an address (RFC 4291, section 2.2). */
export function addressBytes(text: string): Uint8Array {
  if (!text.includes(":")) {
    const parts = text.split(".").map(Number);
    if (parts.length !== 4 || parts.some((part) => !(Number.isInteger(part) && part >= 0 && part < 256))) {
      throw new RangeError(`not an IP address: ${text}`);
    }
    return Uint8Array.from(parts);
  }
  const halves = text.split("::");
  const groups = (half: string | undefined): number[] =>
    half
      ? half.split(":").map((group) => (/^[0-9a-f]{1,4}$/i.test(group) ? Number.parseInt(group, 16) : -1))
      : [];
  const head = groups(halves[0]);
  const tail = groups(halves[1]);
  const missing = 8 - head.length - tail.length;
  const all = [...head, ...new Array<number>(Math.max(0, missing)).fill(0), ...tail];
  const wellFormed = halves.length === 2 ? missing >= 1 : halves.length === 1 && missing === 0;
  if (!wellFormed || all.includes(-1)) throw new RangeError(`not an IP address: ${text}`);
  return Uint8Array.from(all.flatMap(uint16));
}

/** One whole IP packet. */
export function emitIp(header: IpHeader, protocol: number, payload: Uint8Array): Uint8Array {
  return header.source.includes(":")
    ? emitIpv6(header, protocol, payload, [])
    : emitIpv4(header, protocol, payload, header.dontFragment === false ? 0 : 0x4000);
}

/** The fragments of an IP packet, each with at most `payloadBytes` (a multiple of eight) of its payload. */
export function emitIpFragments(
  header: IpHeader,
  protocol: number,
  payload: Uint8Array,
  payloadBytes: number,
): Uint8Array[] {
  const step = Math.max(8, payloadBytes - (payloadBytes % 8));
  const fragments: Uint8Array[] = [];
  for (let at = 0; at < payload.length || at === 0; at += step) {
    const piece = payload.subarray(at, at + step);
    const more = at + step < payload.length;
    if (header.source.includes(":")) {
      const fragment = [protocol, 0, ...uint16(at | (more ? 1 : 0)), ...uint32(header.identification ?? 0)];
      fragments.push(emitIpv6(header, IPV6_FRAGMENT_HEADER, piece, fragment));
    } else fragments.push(emitIpv4(header, protocol, piece, (more ? 0x2000 : 0) | (at / 8)));
  }
  return fragments;
}

function emitIpv4(header: IpHeader, protocol: number, payload: Uint8Array, fragment: number): Uint8Array {
  const options = header.options ?? new Uint8Array(0);
  const headerBytes = 20 + Math.ceil(options.length / 4) * 4;
  if (headerBytes > 60) throw new RangeError("IPv4 options are at most 40 bytes");
  const packet = new Uint8Array(headerBytes + payload.length);
  packet[0] = 0x40 | (headerBytes / 4);
  packet[1] = header.trafficClass ?? 0;
  packet.set(uint16(packet.length), 2);
  packet.set(uint16(header.identification ?? 0), 4);
  packet.set(uint16(fragment), 6);
  packet[8] = header.hopLimit ?? DEFAULT_HOP_LIMIT;
  packet[9] = protocol;
  packet.set(addressBytes(header.source), 12);
  packet.set(addressBytes(header.destination), 16);
  packet.set(options, 20);
  packet.set(uint16(internetChecksum(packet, 0, headerBytes)), 10);
  packet.set(payload, headerBytes);
  return packet;
}

function emitIpv6(
  header: IpHeader,
  protocol: number,
  payload: Uint8Array,
  fragment: readonly number[],
): Uint8Array {
  const extensions = header.extensions ?? [];
  const chain = extensions.map(({ body }, i) => extension(extensions[i + 1]?.type ?? protocol, body));
  const behind = joined(...chain, fragment, payload);
  const trafficClass = header.trafficClass ?? 0;
  return joined(
    [0x60 | (trafficClass >> 4), (trafficClass & 15) << 4, 0, 0],
    uint16(behind.length),
    [extensions[0]?.type ?? protocol, header.hopLimit ?? DEFAULT_HOP_LIMIT],
    addressBytes(header.source),
    addressBytes(header.destination),
    behind,
  );
}

function extension(next: number, body: Uint8Array): Uint8Array {
  const missing = (8 - ((2 + body.length) % 8)) % 8;
  const padding =
    missing === 0 ? [] : missing === 1 ? [0] : [1, missing - 2, ...new Array<number>(missing - 2).fill(0)];
  return joined([next, (2 + body.length + missing) / 8 - 1], body, padding);
}
