/**
 * pcapng framing: bytes in, frames out. Several sections and interfaces, each with its own time resolution and offset.
 * Source: draft-ietf-opsawg-pcapng-03. Reads section headers, interface descriptions and enhanced, simple and (obsolete)
 * packet blocks; every other block is passed over.
 * Bounds: a block longer than MAX_BLOCK_BYTES, or with a length that cannot be, ends the file with a problem;
 * at most MAX_INTERFACES a section.
 */
import type { Framing, FramingState } from "./framing.ts";
import { MAX_FRAME_BYTES } from "./framing.ts";

export const PCAPNG_SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const INTERFACE_DESCRIPTION = 1;
const PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;

const OPTION_TIME_RESOLUTION = 9;
const OPTION_TIME_OFFSET = 14;

const MAX_BLOCK_BYTES = 16 * 1024 * 1024;
const MAX_INTERFACES = 4096;
const BLOCK_FRAME_BYTES = 12;

interface CaptureInterface {
  readonly linkType: number;
  readonly snapLength: number;
  /** µs in one tick of the low and of the high half of a time stamp. */
  readonly lowToUs: number;
  readonly highToUs: number;
  readonly offsetUs: number;
}

export class PcapngFraming implements Framing {
  #little = true;
  #interfaces: CaptureInterface[] = [];
  #view: DataView = new DataView(new ArrayBuffer(0));

  parse(bytes: Uint8Array, start: number, end: number, state: FramingState): number {
    if (this.#view.buffer !== bytes.buffer) this.#view = new DataView(bytes.buffer);
    const view = this.#view;
    const base = bytes.byteOffset;
    let at = start;
    while (end - at >= BLOCK_FRAME_BYTES) {
      const isSection = view.getUint32(base + at, true) === PCAPNG_SECTION_HEADER;
      if (isSection) {
        const order = view.getUint32(base + at + 8, true);
        if (order === BYTE_ORDER_MAGIC) this.#little = true;
        else if (view.getUint32(base + at + 8, false) === BYTE_ORDER_MAGIC) this.#little = false;
        else return this.#broken(state, at - start, "a section header without its byte-order magic", at);
        this.#interfaces = [];
      }
      const little = this.#little;
      const type = view.getUint32(base + at, little);
      const length = view.getUint32(base + at + 4, little);
      if (length < BLOCK_FRAME_BYTES || length % 4 !== 0 || length > MAX_BLOCK_BYTES) {
        return this.#broken(state, at - start, `a block claims the impossible length ${length}`, at);
      }
      if (end - at < length) {
        state.need = length;
        return at;
      }
      const body = at + 8;
      const bodyEnd = at + length - 4;
      if (type === ENHANCED_PACKET) this.#enhancedPacket(bytes, body, bodyEnd, state, 0);
      else if (type === INTERFACE_DESCRIPTION) this.#interface(base, body, bodyEnd);
      else if (type === SIMPLE_PACKET) this.#simplePacket(bytes, body, bodyEnd, state);
      else if (type === PACKET) this.#enhancedPacket(bytes, body, bodyEnd, state, 1);
      at += length;
    }
    state.need = BLOCK_FRAME_BYTES;
    return at;
  }

  #broken(state: FramingState, offset: number, reason: string, at: number): number {
    state.broken = { reason, offset };
    return at;
  }

  #interface(base: number, body: number, bodyEnd: number): void {
    if (bodyEnd - body < 8 || this.#interfaces.length >= MAX_INTERFACES) return;
    const view = this.#view;
    const little = this.#little;
    let ticksPerSecond = 1e6;
    let offsetUs = 0;
    let at = body + 8;
    while (bodyEnd - at >= 4) {
      const code = view.getUint16(base + at, little);
      const length = view.getUint16(base + at + 2, little);
      if (code === 0 || at + 4 + length > bodyEnd) break;
      if (code === OPTION_TIME_RESOLUTION && length >= 1) {
        const value = view.getUint8(base + at + 4);
        ticksPerSecond = value & 0x80 ? 2 ** (value & 0x7f) : 10 ** value;
      } else if (code === OPTION_TIME_OFFSET && length >= 8) {
        offsetUs = Number(view.getBigInt64(base + at + 4, little)) * 1e6;
      }
      at += 4 + ((length + 3) & ~3);
    }
    this.#interfaces.push({
      linkType: view.getUint16(base + body, little),
      snapLength: view.getUint32(base + body + 4, little) || MAX_FRAME_BYTES,
      lowToUs: 1e6 / ticksPerSecond,
      highToUs: (4294967296 * 1e6) / ticksPerSecond,
      offsetUs,
    });
  }

  /** An enhanced packet block, or the obsolete packet block (`obsolete` 1), whose interface has 16 bits. */
  #enhancedPacket(
    bytes: Uint8Array,
    body: number,
    bodyEnd: number,
    state: FramingState,
    obsolete: number,
  ): void {
    if (bodyEnd - body < 20) return;
    const view = this.#view;
    const at = bytes.byteOffset + body;
    const little = this.#little;
    const source = this.#interfaces[obsolete ? view.getUint16(at, little) : view.getUint32(at, little)];
    const captured = view.getUint32(at + 12, little);
    if (!source || captured > bodyEnd - body - 20 || captured > MAX_FRAME_BYTES) return;
    const timeUs =
      view.getUint32(at + 4, little) * source.highToUs +
      view.getUint32(at + 8, little) * source.lowToUs +
      source.offsetUs;
    state.frame(
      bytes,
      body + 20,
      body + 20 + captured,
      timeUs,
      view.getUint32(at + 16, little),
      source.linkType,
    );
  }

  /** A simple packet block: no time stamp (0) and always the section's first interface. */
  #simplePacket(bytes: Uint8Array, body: number, bodyEnd: number, state: FramingState): void {
    const source = this.#interfaces[0];
    if (!source || bodyEnd - body < 4) return;
    const original = this.#view.getUint32(bytes.byteOffset + body, this.#little);
    const captured = Math.min(original, source.snapLength, bodyEnd - body - 4);
    state.frame(bytes, body + 4, body + 4 + captured, 0, original, source.linkType);
  }
}
