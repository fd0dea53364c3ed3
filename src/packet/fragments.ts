/**
 * Puts IP fragments together (RFC 791 section 3.2, RFC 8200 section 4.5; overlaps end the datagram, RFC 5722).
 * Bounds: MAX_DATAGRAMS at once, the oldest forgotten and counted; 65,535 bytes each; 60 s of capture time.
 */
import { decodeTransport } from "./decode.ts";
import { readExtensions } from "./ip.ts";
import type { Packet } from "./packet.ts";

const MAX_DATAGRAMS = 256;
const MAX_DATAGRAM_BYTES = 65_535;
const MAX_PIECES = 1024;
const LIFETIME_US = 60e6;

interface Datagram {
  readonly firstUs: number;
  bytes: Uint8Array;
  /** Pairs of offset and end of what has come, in bytes of IP payload. */
  readonly pieces: [number, number][];
  /** Length of the whole IP payload, once the last fragment has come; else -1. */
  length: number;
  /** End of the piece that lies furthest. */
  furthest: number;
  received: number;
  /** IP lengths of all fragments together. */
  wireBytes: number;
  protocol: number;
}

export class FragmentReassembler {
  readonly #datagrams = new Map<string, Datagram>();
  forgotten = 0;

  /**
   * Takes a fragment. When it completes its datagram, `packet` becomes the whole datagram (with the last fragment's
   * time, and the fragments' lengths together as ipLength) and the answer is true.
   */
  add(packet: Packet): boolean {
    const addressBytes = packet.ipVersion === 4 ? 8 : 32;
    // RFC 791 counts the protocol to what belongs together, RFC 8200 does not.
    let key = packet.ipVersion === 4 ? `4,${packet.protocol},${packet.fragmentId}` : `6,${packet.fragmentId}`;
    for (let i = 0; i < addressBytes; i++) key += `,${packet.bytes[packet.addressOffset + i]}`;
    const captured = Math.min(packet.ipPayloadLength, packet.end - packet.ipPayloadOffset);
    const from = packet.fragmentOffset;
    const to = from + captured;
    let datagram = this.#datagrams.get(key);
    if (datagram && packet.timeUs - datagram.firstUs > LIFETIME_US) {
      this.#datagrams.delete(key);
      datagram = undefined;
    }
    if (captured < packet.ipPayloadLength || captured <= 0 || to > MAX_DATAGRAM_BYTES) {
      this.#datagrams.delete(key);
      return false;
    }
    if (!datagram) {
      datagram = {
        firstUs: packet.timeUs,
        bytes: new Uint8Array(2048),
        pieces: [],
        length: -1,
        furthest: 0,
        received: 0,
        wireBytes: 0,
        protocol: packet.protocol,
      };
      this.#datagrams.set(key, datagram);
      if (this.#datagrams.size > MAX_DATAGRAMS) {
        this.#datagrams.delete(this.#datagrams.keys().next().value!);
        this.forgotten++;
      }
    }
    const overlap = datagram.pieces.find(([start, end]) => from < end && start < to);
    if (overlap) {
      // The same fragment again is a duplicate on the path; anything else is not to be trusted.
      if (overlap[0] !== from || overlap[1] !== to) this.#datagrams.delete(key);
      return false;
    }
    if (datagram.pieces.length >= MAX_PIECES) return false;
    if (to > datagram.bytes.length) {
      const larger = new Uint8Array(Math.min(MAX_DATAGRAM_BYTES, Math.max(to, datagram.bytes.length * 2)));
      larger.set(datagram.bytes);
      datagram.bytes = larger;
    }
    datagram.bytes.set(
      packet.bytes.subarray(packet.ipPayloadOffset, packet.ipPayloadOffset + captured),
      from,
    );
    datagram.pieces.push([from, to]);
    datagram.received += captured;
    datagram.wireBytes += packet.ipLength;
    if (from === 0) datagram.protocol = packet.protocol;
    if (to > datagram.furthest) datagram.furthest = to;
    if (!packet.moreFragments) datagram.length = to;
    if (datagram.length < 0) return false;
    if (datagram.furthest > datagram.length) {
      this.#datagrams.delete(key);
      return false;
    }
    if (datagram.received !== datagram.length) return false;
    this.#datagrams.delete(key);
    become(packet, datagram, addressBytes);
    return true;
  }
}

function become(packet: Packet, datagram: Datagram, addressBytes: number): void {
  const whole = new Uint8Array(addressBytes + datagram.length);
  whole.set(packet.bytes.subarray(packet.addressOffset, packet.addressOffset + addressBytes));
  whole.set(datagram.bytes.subarray(0, datagram.length), addressBytes);
  packet.bytes = whole;
  packet.start = 0;
  packet.end = whole.length;
  packet.addressOffset = 0;
  packet.ipLength = datagram.wireBytes;
  packet.protocol = datagram.protocol;
  packet.ipPayloadOffset = addressBytes;
  packet.ipPayloadLength = datagram.length;
  packet.isFragment = false;
  if (packet.ipVersion === 6) {
    readExtensions(packet, datagram.protocol, addressBytes, whole.length);
    // A fragment inside a fragment is nobody's packet.
    if (packet.isFragment) packet.protocol = 0;
    packet.isFragment = false;
  }
  decodeTransport(packet);
}
