/**
 * Packets that the box makes out of one that passes it: resets, a page, a response cut down to its header.
 * Sequence numbers are those that the receiver expects next, so that it believes them (RFC 9293, section 3.10.7; RFC
 * 5961, section 3.2). Checksums are correct; options and IPv6 extension headers are left out.
 */
import { sequenceAdd } from "../../base/sequence.ts";
import { uint16, uint32 } from "../../packet/emit-bytes.ts";
import { internetChecksum, transportChecksum } from "../../packet/emit-checksum.ts";
import type { Packet } from "../../packet/packet.ts";
import { PROTOCOL_TCP, TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN } from "../../packet/packet.ts";

const TCP_HEADER_BYTES = 20;
const NOTHING = new Uint8Array(0);
/** Payload of one segment of a page: fits every link of the laboratory, tunnels included. */
const PAGE_SEGMENT_BYTES = 1200;

interface Segment {
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly flags: number;
  readonly hopLimit: number;
  readonly payload?: Uint8Array;
}

/** The sequence number behind the packet: payload, SYN and FIN count (RFC 9293, section 3.4). */
function endOf({ sequence, payloadLength, flags }: Packet): number {
  const controls = ((flags & TCP_SYN) !== 0 ? 1 : 0) + ((flags & TCP_FIN) !== 0 ? 1 : 0);
  return sequenceAdd(sequence, payloadLength + controls);
}

/** A reset for who sent the packet, as if the other end had refused it. */
export function resetForSender(packet: Packet, hopLimit: number): Uint8Array {
  const { flags, acknowledgement } = packet;
  const sequence = (flags & TCP_ACK) !== 0 ? acknowledgement : 0;
  return emit(packet, true, {
    sequence,
    acknowledgement: endOf(packet),
    flags: TCP_RST | TCP_ACK,
    hopLimit,
  });
}

/**
 * A reset for whom the packet was meant, in its place; undefined when that end does not know of a connection yet.
 */
export function resetForReceiver(packet: Packet, hopLimit: number): Uint8Array | undefined {
  const { flags, sequence, acknowledgement } = packet;
  if ((flags & TCP_ACK) === 0) return undefined;
  return emit(packet, false, { sequence, acknowledgement, flags: TCP_RST | TCP_ACK, hopLimit });
}

/** The packet as a bare RST+ACK: its own numbers and hop limit, no payload (IMC 2022, SNI-I). */
export function cutResponse(packet: Packet): Uint8Array {
  const { sequence, acknowledgement, hopLimit } = packet;
  return emit(packet, false, { sequence, acknowledgement, flags: TCP_RST | TCP_ACK, hopLimit });
}

/** What the server would have sent to answer the request in `packet` with this page, and then closed. */
export function pageFor(packet: Packet, page: Uint8Array, hopLimit: number): Uint8Array[] {
  const acknowledgement = endOf(packet);
  const segments: Uint8Array[] = [];
  for (let at = 0; at < page.length; at += PAGE_SEGMENT_BYTES) {
    const payload = page.subarray(at, at + PAGE_SEGMENT_BYTES);
    const isLast = at + payload.length === page.length;
    segments.push(
      emit(packet, true, {
        sequence: sequenceAdd(packet.acknowledgement, at),
        acknowledgement,
        flags: TCP_ACK | TCP_PSH | (isLast ? TCP_FIN : 0),
        hopLimit,
        payload,
      }),
    );
  }
  return segments;
}

/** A segment between the packet's ends, in its direction or the other one. */
function emit(packet: Packet, reversed: boolean, segment: Segment): Uint8Array {
  const { bytes, addressOffset: at, ipVersion } = packet;
  const length = ipVersion === 6 ? 16 : 4;
  const first = bytes.subarray(at, at + length);
  const second = bytes.subarray(at + length, at + 2 * length);
  const source = reversed ? second : first;
  const destination = reversed ? first : second;
  const payload = segment.payload ?? NOTHING;
  const header = ipVersion === 6 ? 40 : 20;
  const out = new Uint8Array(header + TCP_HEADER_BYTES + payload.length);
  if (ipVersion === 6) {
    out[0] = 0x60;
    out.set(uint16(TCP_HEADER_BYTES + payload.length), 4);
    out[6] = PROTOCOL_TCP;
    out[7] = segment.hopLimit;
    out.set(source, 8);
    out.set(destination, 24);
  } else {
    out[0] = 0x45;
    out.set(uint16(out.length), 2);
    // Don't fragment.
    out[6] = 0x40;
    out[8] = segment.hopLimit;
    out[9] = PROTOCOL_TCP;
    out.set(source, 12);
    out.set(destination, 16);
    out.set(uint16(internetChecksum(out, 0, header)), 10);
  }
  out.set(uint16(reversed ? packet.destinationPort : packet.sourcePort), header);
  out.set(uint16(reversed ? packet.sourcePort : packet.destinationPort), header + 2);
  out.set(uint32(segment.sequence), header + 4);
  out.set(uint32(segment.acknowledgement), header + 8);
  out[header + 12] = (TCP_HEADER_BYTES / 4) << 4;
  out[header + 13] = segment.flags;
  if ((segment.flags & TCP_RST) === 0) out.set(uint16(0xffff), header + 14);
  out.set(payload, header + TCP_HEADER_BYTES);
  const checksum = transportChecksum(source, destination, PROTOCOL_TCP, out.subarray(header));
  out.set(uint16(checksum), header + 16);
  return out;
}
