/** Builds UDP datagrams (RFC 768), checksum included. */
import { joined, uint16 } from "./emit-bytes.ts";
import { transportChecksum } from "./emit-checksum.ts";
import type { IpHeader } from "./emit-ip.ts";
import { addressBytes, emitIp } from "./emit-ip.ts";
import { PROTOCOL_UDP } from "./packet.ts";

const UDP_HEADER_BYTES = 8;
const CHECKSUM_AT = 6;

export interface UdpDatagram {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
}

/** A whole IP packet with the datagram. */
export function emitUdp(ip: IpHeader, datagram: UdpDatagram): Uint8Array {
  return emitIp(ip, PROTOCOL_UDP, emitUdpDatagram(ip, datagram));
}

/** The datagram alone: an IP payload, to be fragmented for instance. */
export function emitUdpDatagram(ip: IpHeader, datagram: UdpDatagram): Uint8Array {
  const bytes = joined(
    uint16(datagram.sourcePort),
    uint16(datagram.destinationPort),
    uint16(UDP_HEADER_BYTES + datagram.payload.length),
    [0, 0],
    datagram.payload,
  );
  const checksum = transportChecksum(
    addressBytes(ip.source),
    addressBytes(ip.destination),
    PROTOCOL_UDP,
    bytes,
  );
  // Zero would say that there is none.
  bytes.set(uint16(checksum || 0xffff), CHECKSUM_AT);
  return bytes;
}
