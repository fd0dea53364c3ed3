/**
 * Frames by the million: one is built with the product's emitters for each shape (flow, direction, options), then only
 * what differs from packet to packet is written over. Payload is zeros and never stored: it adds nothing to a checksum.
 */
import { emitEthernet } from "../../src/packet/emit-link.ts";
import type { TcpOptions } from "../../src/packet/emit-tcp.ts";
import { emitTcp } from "../../src/packet/emit-tcp.ts";
import { PROTOCOL_TCP, TCP_ACK, TCP_SYN } from "../../src/packet/packet.ts";
import type { Segment } from "./segment.ts";
import { WINDOW_SCALE } from "./tcp-endpoint.ts";

const ETHERNET_BYTES = 14;
const IP_BYTES = 20;
const TCP_BYTES = 20;
/** Of the timestamp's value within the options: behind two NOPs, kind and length. */
const TIMESTAMP_AT = 4;
/** The same on a SYN, where the options are maximum segment size, SACK permitted (or two NOPs), timestamps. */
const SYN_TIMESTAMP_AT = 8;

export interface FrameEnds {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly hopLimit: number;
  /** Initial sequence numbers of the sender and of its peer. */
  readonly initial: number;
  readonly peerInitial: number;
  readonly timestamps: boolean;
  readonly sack: boolean;
  readonly maximumSegment: number;
}

export class FrameTemplates {
  readonly #ends: FrameEnds;
  readonly #ipAt: number;
  readonly #templates: (Uint8Array | undefined)[] = [];

  constructor(ends: FrameEnds, ethernet: boolean) {
    this.#ends = ends;
    this.#ipAt = ethernet ? ETHERNET_BYTES : 0;
  }

  /** The frame's headers, in a buffer that the next call reuses; the frame is `originalLength` bytes. */
  fill(
    segment: Segment,
    identification: number,
  ): { readonly headers: Uint8Array; readonly originalLength: number } {
    const isSyn = (segment.flags & TCP_SYN) !== 0;
    const shape = isSyn ? 8 : segment.sack.length / 2;
    const headers = (this.#templates[shape] ??= this.#build(isSyn, segment.sack.length / 2));
    const ipAt = this.#ipAt;
    const tcpAt = ipAt + IP_BYTES;
    const ends = this.#ends;
    const ipLength = headers.length - ipAt + segment.payloadBytes;
    if (ipLength !== segment.ipBytes) throw new Error("the simulator's packet sizes are wrong");
    write16(headers, ipAt + 2, ipLength);
    write16(headers, ipAt + 4, identification);
    write16(headers, ipAt + 10, 0);
    write16(headers, ipAt + 10, ~folded(sum(headers, ipAt, tcpAt)));
    write32(headers, tcpAt + 4, ends.initial + segment.sequence);
    write32(headers, tcpAt + 8, segment.flags & TCP_ACK ? ends.peerInitial + segment.acknowledgement : 0);
    headers[tcpAt + 13] = segment.flags;
    write16(headers, tcpAt + 14, segment.window);
    if (ends.timestamps) {
      const at = tcpAt + TCP_BYTES + (isSyn ? SYN_TIMESTAMP_AT : TIMESTAMP_AT);
      write32(headers, at, segment.timestampValue);
      write32(headers, at + 4, segment.timestampEcho);
    }
    const sackAt = headers.length - 4 * segment.sack.length;
    for (let i = 0; i < segment.sack.length; i++) {
      write32(headers, sackAt + 4 * i, ends.peerInitial + segment.sack[i]!);
    }
    write16(headers, tcpAt + 16, 0);
    const pseudo = sum(headers, ipAt + 12, tcpAt) + PROTOCOL_TCP + ipLength - IP_BYTES;
    write16(headers, tcpAt + 16, ~folded(pseudo + sum(headers, tcpAt, headers.length)));
    return { headers, originalLength: ipAt + ipLength };
  }

  #build(isSyn: boolean, blocks: number): Uint8Array {
    const { source, destination, sourcePort, destinationPort, hopLimit, maximumSegment } = this.#ends;
    const options: TcpOptions = {
      ...(isSyn ? { maximumSegment, windowScale: WINDOW_SCALE, sackPermitted: this.#ends.sack } : {}),
      ...(this.#ends.timestamps ? { timestamps: { value: 0, echo: 0 } } : {}),
      ...(blocks > 0 ? { sack: Array.from({ length: blocks }, () => [0, 0] as const) } : {}),
    };
    const packet = emitTcp(
      { source, destination, hopLimit },
      { sourcePort, destinationPort, sequence: 0, flags: 0, options },
    );
    return this.#ipAt > 0 ? emitEthernet(packet) : packet;
  }
}

function write16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

function write32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Of 16-bit words; the range holds a whole number of them. */
function sum(bytes: Uint8Array, start: number, end: number): number {
  let total = 0;
  for (let at = start; at < end; at += 2) total += (bytes[at]! << 8) | bytes[at + 1]!;
  return total;
}

function folded(total: number): number {
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}
