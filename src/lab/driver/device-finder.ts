/**
 * Which of a network's boxes a packet passes: its client's. Clients are told apart by their own /24 (IPv4) and /64
 * (IPv6), as topology/addressing.ts gives them.
 */
import { addressBytes } from "../../packet/emit-ip.ts";

export class DeviceFinder {
  readonly #devices = new Map<number, number>();
  readonly #others: number;

  /** `others`: device of whoever is not added; -1 is none. */
  constructor(others: number) {
    this.#others = others;
  }

  add(clientAddress: string, device: number): void {
    const bytes = addressBytes(clientAddress);
    this.#devices.set(keyOf(bytes, 0, bytes.length === 4 ? 4 : 6), device);
  }

  /** Of the IP packet at bytes[start, ...); -1 when no box is in its way. */
  find(bytes: Uint8Array, start: number, fromInside: boolean): number {
    const version = bytes[start]! >> 4;
    if (version !== 4 && version !== 6) return -1;
    const source = version === 4 ? start + 12 : start + 8;
    const inside = fromInside ? source : source + (version === 4 ? 4 : 16);
    return this.#devices.get(keyOf(bytes, inside, version)) ?? this.#others;
  }
}

function keyOf(bytes: Uint8Array, at: number, version: 4 | 6): number {
  if (version === 4) return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
  return 2 ** 32 + bytes[at + 4]! * 2 ** 24 + (bytes[at + 5]! << 16) + (bytes[at + 6]! << 8) + bytes[at + 7]!;
}
