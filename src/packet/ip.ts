/**
 * IPv4 (RFC 791) and IPv6 (RFC 8200) headers, with options, extension headers and fragments.
 * Lengths that lie are held against the frame: the shorter of the two counts.
 */
import type { Packet } from "./packet.ts";

const IPV4_HEADER_BYTES = 20;
const IPV6_HEADER_BYTES = 40;
const MAX_EXTENSION_HEADERS = 16;

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const DESTINATION_OPTIONS = 60;
const MOBILITY = 135;

/** More than segmentation offload ever hands over at once (512 kB, Linux's gso_max_size). */
const MAX_PACKET_BYTES = 1 << 20;

/** Segmentation offload leaves the length field 0: then the frame's own length counts. */
function believedLength(claimed: number, wireBytes: number): number {
  return claimed === 0 || claimed > wireBytes ? Math.min(wireBytes, MAX_PACKET_BYTES) : claimed;
}

export function decodeIpv4(packet: Packet, at: number, wireBytes: number): boolean {
  const { bytes, end } = packet;
  if (end - at < IPV4_HEADER_BYTES) return false;
  const header = (bytes[at]! & 0x0f) * 4;
  if (header < IPV4_HEADER_BYTES) return false;
  const length = believedLength((bytes[at + 2]! << 8) | bytes[at + 3]!, wireBytes);
  if (length < header) return false;
  packet.ipVersion = 4;
  packet.addressOffset = at + 12;
  packet.ipLength = length;
  packet.hopLimit = bytes[at + 8]!;
  packet.protocol = bytes[at + 9]!;
  packet.ipPayloadOffset = at + header;
  packet.ipPayloadLength = length - header;
  const fragment = (bytes[at + 6]! << 8) | bytes[at + 7]!;
  if ((fragment & 0x3fff) !== 0) {
    packet.isFragment = true;
    packet.fragmentId = (bytes[at + 4]! << 8) | bytes[at + 5]!;
    packet.fragmentOffset = (fragment & 0x1fff) * 8;
    packet.moreFragments = (fragment & 0x2000) !== 0;
  }
  return true;
}

export function decodeIpv6(packet: Packet, at: number, wireBytes: number): boolean {
  const { bytes, end } = packet;
  if (end - at < IPV6_HEADER_BYTES) return false;
  const claimed = (bytes[at + 4]! << 8) | bytes[at + 5]!;
  const length = believedLength(claimed === 0 ? 0 : claimed + IPV6_HEADER_BYTES, wireBytes);
  if (length < IPV6_HEADER_BYTES) return false;
  packet.ipVersion = 6;
  packet.addressOffset = at + 8;
  packet.ipLength = length;
  packet.hopLimit = bytes[at + 7]!;
  readExtensions(packet, bytes[at + 6]!, at + IPV6_HEADER_BYTES, at + length);
  return true;
}

/** Reads IPv6 extension headers from `offset` on; `wireEnd` is where the packet ended on the wire. */
export function readExtensions(packet: Packet, next: number, offset: number, wireEnd: number): void {
  const { bytes, end } = packet;
  for (let count = 0; count < MAX_EXTENSION_HEADERS; count++) {
    if (next === FRAGMENT) {
      if (end - offset < 8) break;
      const field = (bytes[offset + 2]! << 8) | bytes[offset + 3]!;
      if ((field & 0xfff9) !== 0) {
        packet.isFragment = true;
        packet.fragmentOffset = field & 0xfff8;
        packet.moreFragments = (field & 1) !== 0;
        packet.fragmentId =
          ((bytes[offset + 4]! << 24) |
            (bytes[offset + 5]! << 16) |
            (bytes[offset + 6]! << 8) |
            bytes[offset + 7]!) >>>
          0;
      }
      next = bytes[offset]!;
      offset += 8;
      if (packet.isFragment) break;
    } else if (next === HOP_BY_HOP || next === ROUTING || next === DESTINATION_OPTIONS || next === MOBILITY) {
      if (end - offset < 2) break;
      next = bytes[offset]!;
      offset += (bytes[offset + 1]! + 1) * 8;
    } else if (next === AUTHENTICATION) {
      if (end - offset < 2) break;
      next = bytes[offset]!;
      offset += (bytes[offset + 1]! + 2) * 4;
    } else break;
    // bytes[offset] above was read before the addition; an offset past the end leaves the packet without transport.
    if (offset >= end) break;
  }
  packet.protocol = next;
  packet.ipPayloadOffset = offset;
  packet.ipPayloadLength = Math.max(0, wireEnd - offset);
}
