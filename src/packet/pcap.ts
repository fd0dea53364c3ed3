/**
 * Classic pcap framing: bytes in, frames out. Both byte orders, µs and ns.
 * Source: draft-ietf-opsawg-pcap-05; the "modified" record header of Alexey Kuznetsov's libpcap patch is read too.
 * Bounds: a record longer than MAX_FRAME_BYTES is a lie and ends the file with a problem.
 */
import type { Framing, FramingState } from "./framing.ts";
import { MAX_FRAME_BYTES } from "./framing.ts";

export const PCAP_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const MODIFIED_RECORD_HEADER_BYTES = 24;

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
const MAGIC_MODIFIED = 0xa1b2cd34;

function swap32(value: number): number {
  return (
    (((value & 0xff) << 24) |
      ((value & 0xff00) << 8) |
      ((value >>> 8) & 0xff00) |
      ((value >>> 24) & 0xff)) >>>
    0
  );
}

/** Whether a little-endian read of the first four bytes is a pcap magic number in either byte order. */
export function isPcapMagic(magic: number): boolean {
  for (const candidate of [magic, swap32(magic)]) {
    if (candidate === MAGIC_MICROSECONDS || candidate === MAGIC_NANOSECONDS || candidate === MAGIC_MODIFIED) {
      return true;
    }
  }
  return false;
}

export class PcapFraming implements Framing {
  #headerRead = false;
  #bigEndian = false;
  #fractionToUs = 1;
  #recordHeader = RECORD_HEADER_BYTES;
  #linkType = 0;

  parse(bytes: Uint8Array, start: number, end: number, state: FramingState): number {
    let at = start;
    if (!this.#headerRead) {
      if (end - at < PCAP_HEADER_BYTES) {
        state.need = PCAP_HEADER_BYTES;
        return at;
      }
      this.#readHeader(bytes, at);
      at += PCAP_HEADER_BYTES;
    }
    const header = this.#recordHeader;
    const big = this.#bigEndian;
    const fractionToUs = this.#fractionToUs;
    while (end - at >= header) {
      let seconds: number;
      let fraction: number;
      let captured: number;
      let original: number;
      if (big) {
        seconds =
          ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
        fraction =
          ((bytes[at + 4]! << 24) | (bytes[at + 5]! << 16) | (bytes[at + 6]! << 8) | bytes[at + 7]!) >>> 0;
        captured =
          ((bytes[at + 8]! << 24) | (bytes[at + 9]! << 16) | (bytes[at + 10]! << 8) | bytes[at + 11]!) >>> 0;
        original =
          ((bytes[at + 12]! << 24) | (bytes[at + 13]! << 16) | (bytes[at + 14]! << 8) | bytes[at + 15]!) >>>
          0;
      } else {
        seconds =
          ((bytes[at + 3]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 1]! << 8) | bytes[at]!) >>> 0;
        fraction =
          ((bytes[at + 7]! << 24) | (bytes[at + 6]! << 16) | (bytes[at + 5]! << 8) | bytes[at + 4]!) >>> 0;
        captured =
          ((bytes[at + 11]! << 24) | (bytes[at + 10]! << 16) | (bytes[at + 9]! << 8) | bytes[at + 8]!) >>> 0;
        original =
          ((bytes[at + 15]! << 24) | (bytes[at + 14]! << 16) | (bytes[at + 13]! << 8) | bytes[at + 12]!) >>>
          0;
      }
      if (captured > MAX_FRAME_BYTES) {
        state.broken = {
          reason: `a record claims ${captured} bytes, more than any frame has`,
          offset: at - start,
        };
        return at;
      }
      if (end - at < header + captured) {
        state.need = header + captured;
        return at;
      }
      at += header;
      state.frame(
        bytes,
        at,
        at + captured,
        seconds * 1e6 + fraction * fractionToUs,
        original,
        this.#linkType,
      );
      at += captured;
    }
    state.need = header;
    return at;
  }

  #readHeader(bytes: Uint8Array, at: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, PCAP_HEADER_BYTES);
    const little = view.getUint32(0, true);
    const known = [MAGIC_MICROSECONDS, MAGIC_NANOSECONDS, MAGIC_MODIFIED];
    this.#bigEndian = !known.includes(little);
    const magic = view.getUint32(0, !this.#bigEndian);
    this.#fractionToUs = magic === MAGIC_NANOSECONDS ? 1e-3 : 1;
    this.#recordHeader = magic === MAGIC_MODIFIED ? MODIFIED_RECORD_HEADER_BYTES : RECORD_HEADER_BYTES;
    // The upper bits carry the frame check sequence's length (draft-ietf-opsawg-pcap-05, section 4).
    this.#linkType = view.getUint32(20, !this.#bigEndian) & 0x0fffffff;
    this.#headerRead = true;
  }
}
