/**
 * Decodes one frame into a Packet: link layer, IP, transport. Never throws; what is absent or cut off stays zero.
 * Link types: Ethernet (with VLAN tags and PPPoE), Linux cooked v1 and v2, raw IP, BSD loopback (tcpdump.org/linktypes.html).
 */
import { decodeIpv4, decodeIpv6 } from "./ip.ts";
import type { Packet } from "./packet.ts";
import { PROTOCOL_TCP, PROTOCOL_UDP } from "./packet.ts";
import { decodeTcp } from "./tcp.ts";

export const LINKTYPE_NULL = 0;
export const LINKTYPE_ETHERNET = 1;
const LINKTYPE_RAW_OPENBSD = 12;
const LINKTYPE_RAW_BSDOS = 14;
export const LINKTYPE_RAW = 101;
export const LINKTYPE_LOOP = 108;
export const LINKTYPE_LINUX_SLL = 113;
export const LINKTYPE_IPV4 = 228;
export const LINKTYPE_IPV6 = 229;
export const LINKTYPE_LINUX_SLL2 = 276;

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const ETHERTYPE_VLAN = 0x8100;
const ETHERTYPE_PROVIDER_VLAN = 0x88a8;
const ETHERTYPE_OLD_QINQ = 0x9100;
const ETHERTYPE_PPPOE_SESSION = 0x8864;
const MAX_VLAN_TAGS = 4;
const UDP_HEADER_BYTES = 8;

/** Fills `packet` from bytes[start, end). Returns whether an IP header was found. */
export function decodeFrame(
  packet: Packet,
  bytes: Uint8Array,
  start: number,
  end: number,
  timeUs: number,
  originalLength: number,
  linkType: number,
): boolean {
  packet.bytes = bytes;
  packet.start = start;
  packet.end = end;
  packet.timeUs = timeUs;
  packet.originalLength = originalLength;
  const at =
    linkType === LINKTYPE_ETHERNET
      ? etherPayload(bytes, start, end)
      : networkOffset(bytes, start, end, linkType);
  // At least what was captured was on the wire, whatever the record says.
  return decodeNetwork(packet, at, Math.max(originalLength, end - start) - (at - start));
}

/** Decodes the network layer at `at`, of which `wireBytes` were on the wire. */
export function decodeNetwork(packet: Packet, at: number, wireBytes: number): boolean {
  packet.ipVersion = 0;
  packet.protocol = 0;
  packet.hasTransport = false;
  packet.isFragment = false;
  packet.payloadLength = 0;
  packet.payloadCaptured = 0;
  packet.flags = 0;
  packet.sackBlocks = 0;
  if (at < 0 || at >= packet.end) return false;
  const version = packet.bytes[at]! >> 4;
  const found =
    version === 4
      ? decodeIpv4(packet, at, wireBytes)
      : version === 6
        ? decodeIpv6(packet, at, wireBytes)
        : false;
  if (found && !packet.isFragment) decodeTransport(packet);
  return found;
}

/** Decodes TCP or UDP at ipPayloadOffset. */
export function decodeTransport(packet: Packet): void {
  if (packet.protocol === PROTOCOL_TCP) {
    decodeTcp(packet);
    return;
  }
  if (packet.protocol !== PROTOCOL_UDP) return;
  const { bytes, ipPayloadOffset: at } = packet;
  if (packet.end - at < UDP_HEADER_BYTES || packet.ipPayloadLength < UDP_HEADER_BYTES) return;
  packet.sourcePort = (bytes[at]! << 8) | bytes[at + 1]!;
  packet.destinationPort = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  const claimed = (bytes[at + 4]! << 8) | bytes[at + 5]!;
  const length =
    claimed >= UDP_HEADER_BYTES ? Math.min(claimed, packet.ipPayloadLength) : packet.ipPayloadLength;
  packet.hasTransport = true;
  packet.payloadOffset = at + UDP_HEADER_BYTES;
  packet.payloadLength = length - UDP_HEADER_BYTES;
  packet.payloadCaptured = Math.min(packet.payloadLength, packet.end - packet.payloadOffset);
}

/** Offset of the IP header behind an Ethernet header and its tags, or -1. */
function etherPayload(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 14) return -1;
  return behindEtherType(bytes, start + 12, end);
}

/** `at` points to an EtherType. */
function behindEtherType(bytes: Uint8Array, at: number, end: number): number {
  for (let tags = 0; tags <= MAX_VLAN_TAGS && at + 2 <= end; tags++) {
    const type = (bytes[at]! << 8) | bytes[at + 1]!;
    if (type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6) return at + 2;
    if (type === ETHERTYPE_PPPOE_SESSION) return at + 2 + 8;
    if (type !== ETHERTYPE_VLAN && type !== ETHERTYPE_PROVIDER_VLAN && type !== ETHERTYPE_OLD_QINQ) return -1;
    at += 4;
  }
  return -1;
}

/** Offset of the IP header for the other link types, or -1. */
function networkOffset(bytes: Uint8Array, start: number, end: number, linkType: number): number {
  switch (linkType) {
    case LINKTYPE_RAW:
    case LINKTYPE_RAW_OPENBSD:
    case LINKTYPE_RAW_BSDOS:
    case LINKTYPE_IPV4:
    case LINKTYPE_IPV6:
      return start;
    case LINKTYPE_NULL:
    case LINKTYPE_LOOP:
      return start + 4;
    case LINKTYPE_LINUX_SLL:
      return end - start < 16 ? -1 : behindEtherType(bytes, start + 14, end);
    case LINKTYPE_LINUX_SLL2: {
      if (end - start < 20) return -1;
      const type = (bytes[start]! << 8) | bytes[start + 1]!;
      return type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6
        ? start + 20
        : behindSllVlan(bytes, start, end, type);
    }
    default:
      return -1;
  }
}

function behindSllVlan(bytes: Uint8Array, start: number, end: number, type: number): number {
  if (type !== ETHERTYPE_VLAN && type !== ETHERTYPE_PROVIDER_VLAN) return -1;
  return behindEtherType(bytes, start + 22, end);
}

/** Whether decodeFrame can read this link type. */
export function isKnownLinkType(linkType: number): boolean {
  return (
    linkType === LINKTYPE_ETHERNET ||
    linkType === LINKTYPE_LINUX_SLL2 ||
    networkOffset(new Uint8Array(32), 0, 32, linkType) >= 0 ||
    linkType === LINKTYPE_LINUX_SLL
  );
}
