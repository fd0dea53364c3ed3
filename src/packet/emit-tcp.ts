/**
 * Builds TCP segments (RFC 9293 section 3.1) with the options of RFC 7323 and RFC 2018, checksum included.
 */
import { joined, uint16, uint32 } from "./emit-bytes.ts";
import { transportChecksum } from "./emit-checksum.ts";
import type { IpHeader } from "./emit-ip.ts";
import { addressBytes, emitIp } from "./emit-ip.ts";
import { PROTOCOL_TCP } from "./packet.ts";

const TCP_HEADER_BYTES = 20;
const MAX_OPTION_BYTES = 40;
const CHECKSUM_AT = 16;
const NOP = 1;

export interface TcpOptions {
  readonly maximumSegment?: number;
  /** Shift, 0 to 14. */
  readonly windowScale?: number;
  readonly sackPermitted?: boolean;
  readonly timestamps?: { readonly value: number; readonly echo: number };
  /** Left and right edges; at most four, three beside timestamps. */
  readonly sack?: readonly (readonly [left: number, right: number])[];
}

export interface TcpSegment {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement?: number;
  /** TCP_ flags. */
  readonly flags: number;
  /** As in the header, not scaled. */
  readonly window?: number;
  readonly options?: TcpOptions;
  readonly payload?: Uint8Array;
}

/** The options' bytes, with NOPs so that each begins as RFC 7323, appendix A, recommends. */
export function emitTcpOptions(options: TcpOptions): Uint8Array {
  const bytes: number[] = [];
  if (options.maximumSegment !== undefined) bytes.push(2, 4, ...uint16(options.maximumSegment));
  if (options.sackPermitted) {
    if (!options.timestamps) bytes.push(NOP, NOP);
    bytes.push(4, 2);
  } else if (options.timestamps) bytes.push(NOP, NOP);
  if (options.timestamps)
    bytes.push(8, 10, ...uint32(options.timestamps.value), ...uint32(options.timestamps.echo));
  if (options.windowScale !== undefined) bytes.push(NOP, 3, 3, options.windowScale);
  if (options.sack && options.sack.length > 0) {
    bytes.push(NOP, NOP, 5, 2 + 8 * options.sack.length);
    for (const [left, right] of options.sack) bytes.push(...uint32(left), ...uint32(right));
  }
  if (bytes.length > MAX_OPTION_BYTES) throw new RangeError("TCP options are at most 40 bytes");
  return Uint8Array.from(bytes);
}

/** A whole IP packet with the segment. */
export function emitTcp(ip: IpHeader, segment: TcpSegment): Uint8Array {
  return emitIp(ip, PROTOCOL_TCP, emitTcpSegment(ip, segment));
}

/** The segment alone: an IP payload, to be fragmented for instance. */
export function emitTcpSegment(ip: IpHeader, segment: TcpSegment): Uint8Array {
  const options = segment.options ? emitTcpOptions(segment.options) : [];
  const bytes = joined(
    uint16(segment.sourcePort),
    uint16(segment.destinationPort),
    uint32(segment.sequence),
    uint32(segment.acknowledgement ?? 0),
    [((TCP_HEADER_BYTES + options.length) / 4) << 4, segment.flags],
    uint16(segment.window ?? 0xffff),
    [0, 0, 0, 0],
    options,
    segment.payload ?? [],
  );
  const checksum = transportChecksum(
    addressBytes(ip.source),
    addressBytes(ip.destination),
    PROTOCOL_TCP,
    bytes,
  );
  bytes.set(uint16(checksum), CHECKSUM_AT);
  return bytes;
}
