/**
 * Builds capture files: classic pcap (draft-ietf-opsawg-pcap) in both byte orders and resolutions, and pcapng
 * (draft-ietf-opsawg-pcapng): section header, interfaces with their resolution, enhanced packet blocks.
 */
import { joined } from "./emit-bytes.ts";

export interface CaptureFrame {
  /** µs since the epoch; fractions are kept as far as the resolution goes. */
  readonly timeUs: number;
  readonly bytes: Uint8Array;
  /** Bytes on the wire, where the capture holds fewer. */
  readonly originalLength?: number;
  /** pcapng: which of the interfaces. */
  readonly interfaceIndex?: number;
}

export interface PcapOptions {
  /** LINKTYPE_ number; default Ethernet. */
  readonly linkType?: number;
  readonly snapLength?: number;
  readonly bigEndian?: boolean;
  readonly nanoseconds?: boolean;
}

const LINKTYPE_ETHERNET = 1;
const DEFAULT_SNAP_LENGTH = 262_144;
const PCAP_MICROSECONDS = 0xa1b2c3d4;
const PCAP_NANOSECONDS = 0xa1b23c4d;

/** Writes numbers of one byte order. */
class Fields {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #little: boolean;
  #at = 0;

  constructor(length: number, bigEndian: boolean) {
    this.bytes = new Uint8Array(length);
    this.#view = new DataView(this.bytes.buffer);
    this.#little = !bigEndian;
  }

  u16(...values: number[]): this {
    for (const value of values) {
      this.#view.setUint16(this.#at, value, this.#little);
      this.#at += 2;
    }
    return this;
  }

  u32(...values: number[]): this {
    for (const value of values) {
      this.#view.setUint32(this.#at, value >>> 0, this.#little);
      this.#at += 4;
    }
    return this;
  }

  raw(bytes: ArrayLike<number>): this {
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  /** Skips to a multiple of four bytes; what is skipped is zero. */
  align(): this {
    this.#at += (4 - (this.#at % 4)) % 4;
    return this;
  }
}

export function emitPcapHeader(options: PcapOptions = {}): Uint8Array {
  return new Fields(24, options.bigEndian ?? false)
    .u32(options.nanoseconds ? PCAP_NANOSECONDS : PCAP_MICROSECONDS)
    .u16(2, 4)
    .u32(0, 0, options.snapLength ?? DEFAULT_SNAP_LENGTH, options.linkType ?? LINKTYPE_ETHERNET).bytes;
}

/** Cut at the snap length, which the original length outlives. */
export function emitPcapRecord(frame: CaptureFrame, options: PcapOptions = {}): Uint8Array {
  const captured = Math.min(frame.bytes.length, options.snapLength ?? DEFAULT_SNAP_LENGTH);
  // In two steps, for nanoseconds since the epoch are beyond what a number holds exactly.
  const ticksPerUs = options.nanoseconds ? 1e3 : 1;
  const seconds = Math.floor(frame.timeUs / 1e6);
  const ticks = Math.min(Math.round((frame.timeUs - seconds * 1e6) * ticksPerUs), 1e6 * ticksPerUs - 1);
  return new Fields(16 + captured, options.bigEndian ?? false)
    .u32(seconds, ticks)
    .u32(captured, frame.originalLength ?? frame.bytes.length)
    .raw(frame.bytes.subarray(0, captured)).bytes;
}

export function emitPcap(frames: readonly CaptureFrame[], options: PcapOptions = {}): Uint8Array {
  return joined(emitPcapHeader(options), ...frames.map((frame) => emitPcapRecord(frame, options)));
}

export interface PcapngInterface {
  readonly linkType?: number;
  readonly snapLength?: number;
  /** if_tsresol: 10^-n s, or 2^-n s; default 10^-6. */
  readonly resolution?: { readonly base: 2 | 10; readonly exponent: number };
}

export interface PcapngOptions {
  readonly interfaces?: readonly PcapngInterface[];
  readonly bigEndian?: boolean;
}

const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const OPTION_TIME_RESOLUTION = 9;

/** Type, length, body filled up to a multiple of four, length. */
function block(type: number, body: Uint8Array, bigEndian: boolean): Uint8Array {
  const length = 12 + Math.ceil(body.length / 4) * 4;
  return new Fields(length, bigEndian).u32(type, length).raw(body).align().u32(length).bytes;
}

export function emitPcapng(frames: readonly CaptureFrame[], options: PcapngOptions = {}): Uint8Array {
  const bigEndian = options.bigEndian ?? false;
  const interfaces = options.interfaces ?? [{}];
  const section = new Fields(16, bigEndian).u32(BYTE_ORDER_MAGIC).u16(1, 0).u32(0xffffffff, 0xffffffff);
  return joined(
    block(SECTION_HEADER, section.bytes, bigEndian),
    ...interfaces.map((each) => interfaceBlock(each, bigEndian)),
    ...frames.map((frame) => packetBlock(frame, interfaces, bigEndian)),
  );
}

function interfaceBlock(each: PcapngInterface, bigEndian: boolean): Uint8Array {
  const { resolution } = each;
  const body = new Fields(resolution ? 20 : 8, bigEndian)
    .u16(each.linkType ?? LINKTYPE_ETHERNET, 0)
    .u32(each.snapLength ?? 0);
  if (resolution) {
    const value = (resolution.base === 2 ? 0x80 : 0) | resolution.exponent;
    body.u16(OPTION_TIME_RESOLUTION, 1).raw([value]).align().u16(0, 0);
  }
  return block(INTERFACE_DESCRIPTION, body.bytes, bigEndian);
}

function packetBlock(
  frame: CaptureFrame,
  interfaces: readonly PcapngInterface[],
  bigEndian: boolean,
): Uint8Array {
  const index = frame.interfaceIndex ?? 0;
  const { resolution, snapLength } = interfaces[index] ?? {};
  const { base, exponent } = resolution ?? { base: 10, exponent: 6 };
  const captured = Math.min(frame.bytes.length, snapLength || DEFAULT_SNAP_LENGTH);
  const ticks = ticksSinceEpoch(frame.timeUs, BigInt(base) ** BigInt(exponent));
  const body = new Fields(20 + captured, bigEndian)
    .u32(index, Number(ticks >> 32n), Number(ticks & 0xffffffffn))
    .u32(captured, frame.originalLength ?? frame.bytes.length)
    .raw(frame.bytes.subarray(0, captured));
  return block(ENHANCED_PACKET, body.bytes, bigEndian);
}

/** Rounded to the nearest tick; a µs is split into 1024 so that fractions survive the whole-number arithmetic. */
function ticksSinceEpoch(timeUs: number, ticksPerSecond: bigint): bigint {
  const parts = BigInt(Math.floor(timeUs)) * 1024n + BigInt(Math.round((timeUs % 1) * 1024));
  const partsPerSecond = 1_024_000_000n;
  return (parts * ticksPerSecond + partsPerSecond / 2n) / partsPerSecond;
}
