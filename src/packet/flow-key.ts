/**
 * What tells one direction of a flow from another: addresses and ports, as numbers and as bytes.
 * The numbers are hashes (they choose a place), the bytes are exact (they decide). Nothing is allocated by a hash.
 */
import { copiedBytes } from "../base/columns.ts";
import type { Packet } from "./packet.ts";

/** Four bytes in network order, signed. */
export function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

/** The mixing step of MurmurHash3 (Austin Appleby, public domain). */
export function mix(hash: number, value: number): number {
  value = Math.imul(value, 0xcc9e2d51);
  value = (value << 15) | (value >>> 17);
  hash ^= Math.imul(value, 0x1b873593);
  hash = (hash << 13) | (hash >>> 19);
  return (Math.imul(hash, 5) + 0xe6546b64) | 0;
}

export function finish(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** 32 bits of hash of source and destination; other seeds give other, independent bits. */
export function hashFlow(packet: Packet, seed: number): number {
  const { bytes, addressOffset: at } = packet;
  const addressBytes = packet.ipVersion === 6 ? 16 : 4;
  let hash = mix(seed, (packet.sourcePort << 16) | packet.destinationPort);
  for (let i = 0; i < 2 * addressBytes; i += 4) hash = mix(hash, word(bytes, at + i));
  return finish(hash);
}

/** The hash that the packets of the other direction have. */
export function hashReverseFlow(packet: Packet, seed: number): number {
  const { bytes, addressOffset: at } = packet;
  const addressBytes = packet.ipVersion === 6 ? 16 : 4;
  let hash = mix(seed, (packet.destinationPort << 16) | packet.sourcePort);
  for (let i = 0; i < addressBytes; i += 4) hash = mix(hash, word(bytes, at + addressBytes + i));
  for (let i = 0; i < addressBytes; i += 4) hash = mix(hash, word(bytes, at + i));
  return finish(hash);
}

/** Two 32-bit hashes as one exact number of 52 bits, for a Map. */
export function wideHash(low: number, high: number): number {
  return low * 0x100000 + (high & 0xfffff);
}

/** Mixes a value into a hash. */
export function mixHash(hash: number, value: number): number {
  return finish(mix(hash, value));
}

export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash >>> 0;
}

/** The exact identity of a packet's direction, to be kept. */
export class FlowKey {
  readonly #addresses: Uint8Array;
  readonly #ports: number;

  constructor(packet: Packet) {
    const length = packet.ipVersion === 6 ? 32 : 8;
    this.#addresses = copiedBytes(packet.bytes, packet.addressOffset, packet.addressOffset + length);
    this.#ports = packet.sourcePort * 65_536 + packet.destinationPort;
  }

  matches(packet: Packet): boolean {
    const addresses = this.#addresses;
    if (addresses.length !== (packet.ipVersion === 6 ? 32 : 8)) return false;
    if (this.#ports !== packet.sourcePort * 65_536 + packet.destinationPort) return false;
    for (let i = 0; i < addresses.length; i++) {
      if (addresses[i] !== packet.bytes[packet.addressOffset + i]) return false;
    }
    return true;
  }
}
