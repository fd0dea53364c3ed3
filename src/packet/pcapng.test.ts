import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CaptureReader } from "./capture.ts";
import { emitPcapng } from "./emit-capture.ts";

interface Frame {
  timeUs: number;
  length: number;
  original: number;
  linkType: number;
}

function read(bytes: Uint8Array): { frames: Frame[]; reason: string | undefined } {
  const frames: Frame[] = [];
  const reader = new CaptureReader((_bytes, start, end, timeUs, original, linkType) => {
    frames.push({ timeUs, length: end - start, original, linkType });
  });
  reader.push(bytes);
  return { frames, reason: reader.end()?.reason };
}

/** A block of 32-bit words (or bytes) around its body. */
function block(type: number, body: readonly number[], little = true): Uint8Array {
  const bytes = new Uint8Array(12 + 4 * body.length);
  const view = new DataView(bytes.buffer);
  const words = [type, bytes.length, ...body, bytes.length];
  for (const [i, word] of words.entries()) view.setUint32(4 * i, word >>> 0, little);
  return bytes;
}

const section = block(0x0a0d0d0a, [0x1a2b3c4d, 1, 0xffffffff, 0xffffffff]);
const anInterface = (linkType: number, options: number[] = [], snap = 0): Uint8Array =>
  block(1, [linkType, snap, ...options]);
const join = (...parts: Uint8Array[]): Uint8Array => Buffer.concat(parts);

describe("pcapng", () => {
  it("gives each interface its own clock, in powers of ten and of two", () => {
    const resolutions = [
      { base: 10 as const, exponent: 0 },
      { base: 10 as const, exponent: 3 },
      { base: 10 as const, exponent: 6 },
      { base: 10 as const, exponent: 9 },
      { base: 10 as const, exponent: 12 },
      { base: 2 as const, exponent: 10 },
      { base: 2 as const, exponent: 32 },
    ];
    fc.assert(
      fc.property(fc.nat(1_900_000_000), fc.nat(6), fc.boolean(), (seconds, interfaceIndex, bigEndian) => {
        // 10^-12 s since the epoch do not fit 64 bits beyond 2^64 / 10^12 s.
        const timeUs = (interfaceIndex === 4 ? seconds % 18_000_000 : seconds) * 1e6;
        const bytes = emitPcapng([{ timeUs, bytes: Uint8Array.of(1), interfaceIndex }], {
          interfaces: resolutions.map((resolution) => ({ resolution })),
          bigEndian,
        });
        expect(Math.abs(read(bytes).frames[0]!.timeUs - timeUs)).toBeLessThan(0.5);
      }),
    );
  });

  it("adds an interface's offset to its times, before the epoch too", () => {
    const offset = (high: number, low: number): number[] => [0x0008000e, low, high, 0];
    const packet = block(6, [0, 0, 5, 0, 0]);
    const [later] = read(join(section, anInterface(1, offset(0, 100)), packet)).frames;
    expect(later!.timeUs).toBe(100_000_005);
    const [earlier] = read(join(section, anInterface(1, offset(0xffffffff, -100)), packet)).frames;
    expect(earlier!.timeUs).toBe(-99_999_995);
  });

  it("gives finite times whatever the clock claims", () => {
    for (const resolution of [0x00, 0x7f, 0x80, 0xff]) {
      const option = [0x00010009, resolution, 0x0008000e, 0xffffffff, 0x7fffffff, 0];
      const [frame] = read(join(section, anInterface(1, option), block(6, [0, -1, -1, 0, 0]))).frames;
      expect(Number.isFinite(frame!.timeUs)).toBe(true);
    }
  });

  it("reads simple and obsolete packet blocks", () => {
    const bytes = join(
      section,
      anInterface(101, [], 6),
      block(3, [10, 0x01020304, 0x05060000]),
      block(2, [0x00070000, 0, 9, 4, 60, 0x01020304]),
    );
    expect(read(bytes).frames).toEqual([
      { timeUs: 0, length: 6, original: 10, linkType: 101 },
      { timeUs: 9, length: 4, original: 60, linkType: 101 },
    ]);
  });

  it("begins interfaces and byte order anew with each section", () => {
    const frames = [{ timeUs: 1e6, bytes: Uint8Array.of(1) }];
    const bytes = join(
      emitPcapng(frames, { interfaces: [{ linkType: 113 }] }),
      emitPcapng(frames, { interfaces: [{ linkType: 101 }], bigEndian: true }),
      emitPcapng(frames),
    );
    expect(read(bytes).frames.map(({ linkType }) => linkType)).toEqual([113, 101, 1]);
  });

  it("passes over blocks that it does not know, and packets of interfaces that were not described", () => {
    const bytes = join(
      section,
      block(0x0bad, [1, 2, 3]),
      block(6, [0, 0, 1, 0, 0]),
      anInterface(1),
      block(6, [1, 0, 2, 0, 0]),
      block(6, [0, 0, 3, 400, 0]),
      block(6, [0, 0, 4]),
      block(6, [0, 0, 5, 0, 0]),
    );
    expect(read(bytes)).toEqual({
      frames: [{ timeUs: 5, length: 0, original: 0, linkType: 1 }],
      reason: undefined,
    });
  });

  it("stops at a length that cannot be, and at a section without its magic number", () => {
    const bad = block(6, [0, 0, 1, 0, 0]);
    for (const length of [0, 8, 30, 0xffffffff]) {
      new DataView(bad.buffer).setUint32(4, length, true);
      expect(read(join(section, anInterface(1), bad)).reason).toBe(
        `a block claims the impossible length ${length}`,
      );
    }
    expect(read(block(0x0a0d0d0a, [0x12345678, 0, 0, 0])).reason).toBe(
      "a section header without its byte-order magic",
    );
  });

  it("keeps at most 4096 interfaces a section", () => {
    const many = Array.from({ length: 5000 }, () => anInterface(1));
    const packets = [4095, 4096].map((index) => block(6, [index, 0, 1, 0, 0]));
    expect(read(join(section, ...many, ...packets)).frames.length).toBe(1);
  });
});
