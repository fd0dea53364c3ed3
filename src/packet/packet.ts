/**
 * One decoded packet: the record that packet/ makes and everything after it reads.
 * A capture is decoded into ONE object that is filled anew for each packet, so whoever keeps a value copies it.
 * Bounds: `bytes` holds `end - start` valid bytes from `start`; every offset below lies inside them.
 */

export const PROTOCOL_ICMP = 1;
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;

export const TCP_FIN = 0x01;
export const TCP_SYN = 0x02;
export const TCP_RST = 0x04;
export const TCP_PSH = 0x08;
export const TCP_ACK = 0x10;

/** A TCP header holds at most four SACK blocks (RFC 2018, section 3). */
export const MAX_SACK_BLOCKS = 4;

export class Packet {
  /** Number of the packet in its capture, from 0. */
  index = 0;
  /** µs since the epoch, with the fraction that the capture's resolution gives. */
  timeUs = 0;
  /** Bytes on the wire as the capture says, link header included. */
  originalLength = 0;

  /** The buffer that holds the captured bytes; other packets may lie in it too. */
  bytes: Uint8Array = new Uint8Array(0);
  /** The captured link-layer frame is bytes[start, end). */
  start = 0;
  end = 0;

  /** 4, 6, or 0 when there is no (whole) IP header. */
  ipVersion = 0;
  /** Offset of the source address: 4 or 16 bytes, the destination follows at once. */
  addressOffset = 0;
  /** IP header and payload as the header (or, for segmentation offload, the frame) says, in bytes. */
  ipLength = 0;
  hopLimit = 0;
  /** IP protocol after extension headers; 0 when unknown. */
  protocol = 0;
  /** Offset of the IP payload (after extension headers) and its length on the wire in bytes. */
  ipPayloadOffset = 0;
  ipPayloadLength = 0;
  /** A piece of a larger datagram: it has no usable transport header until it is reassembled. */
  isFragment = false;
  fragmentId = 0;
  /** In bytes. */
  fragmentOffset = 0;
  moreFragments = false;

  sourcePort = 0;
  destinationPort = 0;
  /** False when the transport header is absent or cut off by the snap length. */
  hasTransport = false;

  /** Transport payload: captured bytes at [payloadOffset, payloadOffset + payloadCaptured). */
  payloadOffset = 0;
  payloadCaptured = 0;
  /** Transport payload on the wire in bytes, whatever was captured. */
  payloadLength = 0;

  sequence = 0;
  acknowledgement = 0;
  flags = 0;
  /** As in the header, not scaled. */
  window = 0;
  /** Window scale shift, or -1 when absent (RFC 7323). */
  windowScale = -1;
  /** Maximum segment size option, or 0. */
  maximumSegment = 0;
  sackPermitted = false;
  hasTimestamps = false;
  timestampValue = 0;
  timestampEcho = 0;
  sackBlocks = 0;
  /** Left and right edges in turn, `sackBlocks` pairs. */
  readonly sack = new Uint32Array(2 * MAX_SACK_BLOCKS);
}
