/**
 * A capture of the probe's own flows while they run, where the machine lets us (Linux, CAP_NET_RAW): headers and the first
 * bytes of each packet to or from the addresses that are measured. Bounds: SNAP_BYTES a packet, MOST_BYTES in all; what
 * comes after that is not kept. In memory only.
 */

import { PacketTap } from "../../host/kernel/packet-tap.ts";
import { formatAddress } from "../../packet/address.ts";

export interface CapturedPacket {
  readonly timeUs: number;
  readonly bytes: Uint8Array;
  readonly originalLength: number;
  /** Of this machine's end, TCP. */
  readonly localPort: number;
}

const SNAP_BYTES = 160;
const MOST_BYTES = 32 << 20;
const READ_EVERY_MS = 10;
const MOST_BATCHES = 64;
const WHOLE_BATCH = 64;
const PROTOCOL_TCP = 6;
/** All devices. */
const ANY_DEVICE = "";

export class LiveCapture {
  readonly #tap: PacketTap;
  readonly #remotes: ReadonlySet<string>;
  readonly #packets: CapturedPacket[] = [];
  readonly #timer: NodeJS.Timeout;
  #bytes = 0;
  #isFull = false;

  private constructor(tap: PacketTap, remotes: ReadonlySet<string>) {
    this.#tap = tap;
    this.#remotes = remotes;
    this.#timer = setInterval(() => this.#read(), READ_EVERY_MS);
  }

  /** Undefined where it is not allowed or not possible. */
  static open(remotes: readonly string[]): LiveCapture | undefined {
    if (process.platform !== "linux") return undefined;
    try {
      return new LiveCapture(new PacketTap(ANY_DEVICE, SNAP_BYTES), new Set(remotes));
    } catch {
      return undefined;
    }
  }

  #read(): void {
    for (let batch = 0; batch < MOST_BATCHES; batch++) if (this.#tap.receive(this.#add) < WHOLE_BATCH) break;
  }

  readonly #add = (
    bytes: Uint8Array,
    start: number,
    end: number,
    length: number,
    seconds: number,
    nanoseconds: number,
  ): void => {
    if (this.#isFull) return;
    const isV6 = bytes[start]! >> 4 === 6;
    const headerBytes = isV6 ? 40 : (bytes[start]! & 15) * 4;
    if (end - start < headerBytes + 4 || bytes[start + (isV6 ? 6 : 9)] !== PROTOCOL_TCP) return;
    const size = isV6 ? 16 : 4;
    const at = start + (isV6 ? 8 : 12);
    const port = (offset: number): number =>
      (bytes[start + headerBytes + offset]! << 8) | bytes[start + headerBytes + offset + 1]!;
    const isOut = this.#remotes.has(formatAddress(bytes, at + size, size));
    if (!isOut && !this.#remotes.has(formatAddress(bytes, at, size))) return;
    this.#bytes += end - start;
    this.#isFull = this.#bytes > MOST_BYTES;
    this.#packets.push({
      timeUs: seconds * 1e6 + nanoseconds / 1e3,
      bytes: Uint8Array.prototype.slice.call(bytes, start, end),
      originalLength: length,
      localPort: port(isOut ? 0 : 2),
    });
  };

  /** Ends it. What it holds, or undefined when packets were missed: a gap would look like loss. */
  finish(): readonly CapturedPacket[] | undefined {
    clearInterval(this.#timer);
    this.#read();
    const isWhole = !this.#isFull && this.#tap.lost() === 0;
    this.#tap.close();
    return isWhole ? this.#packets : undefined;
  }
}
