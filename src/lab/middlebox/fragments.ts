/**
 * Fragments as the boxes of 2022 treat them (Xue et al., IMC 2022): "buffered and forwarded with the first fragment's
 * TTL, at most 45 per packet"; one more, or an overlap (RFC 5722), and the whole datagram is dropped, what still comes
 * of it too. "First" is the one at offset 0. Which time-out the boxes use is not published.
 * Bounds: maxFragmentedDatagrams datagrams and maxFragmentBytes bytes at once, the oldest dropped; packet clock.
 */
import { internetChecksum } from "../../packet/emit-checksum.ts";
import type { Packet } from "../../packet/packet.ts";
import type { MiddleboxConfig } from "./config.ts";
import type { Counters } from "./counters.ts";

const MAX_DATAGRAM_BYTES = 65_535;
const IPV6_HEADER_BYTES = 40;

interface Piece {
  /** The fragment as it came. */
  readonly bytes: Uint8Array;
  readonly payloadAt: number;
  /** Where it lies in the datagram's payload, in bytes. */
  readonly from: number;
  readonly to: number;
}

interface Datagram {
  readonly firstUs: number;
  pieces: Piece[];
  bytes: number;
  /** Length of the payload, once the last fragment is there; else -1. */
  length: number;
  received: number;
  /** From the fragment at offset 0. */
  protocol: number;
  hopLimit: number;
  /** Nothing of it passes. */
  isRefused: boolean;
}

export interface CompleteDatagram {
  /** As one IP packet, to be inspected. */
  readonly whole: Uint8Array;
  /** In the order in which they came, with the first one's hop limit. */
  readonly fragments: readonly Uint8Array[];
}

export class FragmentBuffer {
  readonly #datagrams = new Map<string, Datagram>();
  readonly #config: MiddleboxConfig;
  readonly #counters: Counters;
  #bytes = 0;

  constructor(config: MiddleboxConfig, counters: Counters) {
    this.#config = config;
    this.#counters = counters;
  }

  /** Datagrams that wait, and bytes of their fragments. */
  get size(): number {
    return this.#datagrams.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a fragment; gives the datagram that it completes. Until then the fragment must not pass. */
  add(packet: Packet, nowUs: number): CompleteDatagram | undefined {
    this.#counters.fragments++;
    this.#expire(nowUs);
    const key = keyOf(packet);
    let datagram = this.#datagrams.get(key);
    if (!datagram) {
      datagram = {
        firstUs: nowUs,
        pieces: [],
        bytes: 0,
        length: -1,
        received: 0,
        protocol: packet.protocol,
        hopLimit: packet.hopLimit,
        isRefused: false,
      };
      this.#datagrams.set(key, datagram);
    }
    if (datagram.isRefused) this.#counters.refusedFragments++;
    else if (!this.#isSound(datagram, packet)) this.#refuse(datagram);
    else {
      this.#keep(datagram, packet);
      if (datagram.received === datagram.length) {
        this.#forget(key, datagram);
        return complete(datagram);
      }
    }
    this.#makeRoom();
    return undefined;
  }

  #isSound(datagram: Datagram, packet: Packet): boolean {
    const from = packet.fragmentOffset;
    const to = from + packet.ipPayloadLength;
    if (datagram.pieces.length >= this.#config.maxFragments) return false;
    if (packet.ipPayloadLength === 0 || claimedLength(packet) !== packet.ipLength) return false;
    if (to > MAX_DATAGRAM_BYTES - IPV6_HEADER_BYTES) return false;
    if (datagram.length >= 0 && (to > datagram.length || !packet.moreFragments)) return false;
    return datagram.pieces.every(
      (piece) => (to <= piece.from || piece.to <= from) && (packet.moreFragments || piece.to <= to),
    );
  }

  #keep(datagram: Datagram, packet: Packet): void {
    const { start, ipPayloadOffset, ipPayloadLength, fragmentOffset: from } = packet;
    const bytes = packet.bytes.slice(start, ipPayloadOffset + ipPayloadLength);
    const to = from + ipPayloadLength;
    datagram.pieces.push({ bytes, payloadAt: ipPayloadOffset - start, from, to });
    datagram.bytes += bytes.length;
    this.#bytes += bytes.length;
    datagram.received += ipPayloadLength;
    if (!packet.moreFragments) datagram.length = to;
    if (from === 0) {
      datagram.protocol = packet.protocol;
      datagram.hopLimit = packet.hopLimit;
    }
  }

  /** The entry stays until it is too old, so that what still comes is known. */
  #refuse(datagram: Datagram): void {
    this.#counters.refusedFragments += datagram.pieces.length + 1;
    this.#bytes -= datagram.bytes;
    datagram.bytes = 0;
    datagram.pieces = [];
    datagram.isRefused = true;
  }

  #forget(key: string, datagram: Datagram): void {
    this.#datagrams.delete(key);
    this.#bytes -= datagram.bytes;
  }

  #expire(nowUs: number): void {
    for (const [key, datagram] of this.#datagrams) {
      if (nowUs - datagram.firstUs <= this.#config.fragmentTimeoutUs) return;
      this.#counters.expiredFragments += datagram.pieces.length;
      this.#forget(key, datagram);
    }
  }

  #makeRoom(): void {
    const { maxFragmentedDatagrams, maxFragmentBytes } = this.#config;
    for (const [key, datagram] of this.#datagrams) {
      if (this.#datagrams.size <= maxFragmentedDatagrams && this.#bytes <= maxFragmentBytes) return;
      this.#counters.expiredFragments += datagram.pieces.length;
      this.#forget(key, datagram);
    }
  }
}

/** RFC 791 counts the protocol to what belongs together, RFC 8200 does not. */
function keyOf({ bytes, addressOffset: at, ipVersion, protocol, fragmentId }: Packet): string {
  const length = ipVersion === 6 ? 32 : 8;
  let key = ipVersion === 6 ? `6,${fragmentId}` : `4,${protocol},${fragmentId}`;
  for (let i = 0; i < length; i++) key += `,${bytes[at + i]}`;
  return key;
}

/** A fragment that says that it is longer than it is would leave the box as a lie. */
function claimedLength({ bytes, start, ipVersion }: Packet): number {
  return ipVersion === 6
    ? IPV6_HEADER_BYTES + ((bytes[start + 4]! << 8) | bytes[start + 5]!)
    : (bytes[start + 2]! << 8) | bytes[start + 3]!;
}

function complete({ pieces, length, protocol, hopLimit }: Datagram): CompleteDatagram {
  const first = pieces.find(({ from }) => from === 0)!;
  const isV6 = first.bytes[0]! >> 4 === 6;
  // What precedes the fragment header in IPv6 besides the header itself is of no use to who inspects.
  const header = isV6 ? IPV6_HEADER_BYTES : first.payloadAt;
  const whole = new Uint8Array(header + length);
  whole.set(first.bytes.subarray(0, header));
  for (const { bytes, payloadAt, from } of pieces) whole.set(bytes.subarray(payloadAt), header + from);
  if (isV6) {
    writeUint16(whole, 4, length);
    whole[6] = protocol;
  } else {
    writeUint16(whole, 2, header + length);
    writeUint16(whole, 6, 0);
    sumHeader(whole, header);
  }
  for (const { bytes } of pieces) {
    bytes[isV6 ? 7 : 8] = hopLimit;
    if (!isV6) sumHeader(bytes, (bytes[0]! & 15) * 4);
  }
  return { whole, fragments: pieces.map(({ bytes }) => bytes) };
}

function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value & 0xff;
}

function sumHeader(packet: Uint8Array, headerBytes: number): void {
  writeUint16(packet, 10, 0);
  writeUint16(packet, 10, internetChecksum(packet, 0, headerBytes));
}
