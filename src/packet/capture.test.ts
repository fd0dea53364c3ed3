import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Problem } from "../base/problem.ts";
import { CaptureReader, looksLikeCapture } from "./capture.ts";
import { type CaptureFrame, emitPcap, emitPcapng } from "./emit-capture.ts";

interface Read {
  readonly frames: { timeUs: number; bytes: number[]; originalLength: number; linkType: number }[];
  readonly problem: Problem | undefined;
}

/** Pushes the capture in chunks of the given sizes, in turn, through one buffer that is overwritten each time. */
function read(capture: Uint8Array, sizes: readonly number[] = [capture.length || 1]): Read {
  const frames: Read["frames"] = [];
  const reader = new CaptureReader((bytes, start, end, timeUs, originalLength, linkType) => {
    frames.push({ timeUs, bytes: [...bytes.subarray(start, end)], originalLength, linkType });
  });
  const buffer = new Uint8Array(Math.max(...sizes));
  let at = 0;
  for (let i = 0; at < capture.length; i++) {
    const chunk = capture.subarray(at, at + sizes[i % sizes.length]!);
    buffer.fill(0xee);
    buffer.set(chunk);
    at += chunk.length;
    if (!reader.push(buffer.subarray(0, chunk.length))) break;
  }
  return { frames, problem: reader.end() };
}

const frame = fc.record({
  timeUs: fc.integer({ min: 0, max: 1.9e15 }),
  bytes: fc.uint8Array({ maxLength: 120 }),
  interfaceIndex: fc.nat(2),
});
const interfaces = [
  { linkType: 1 },
  { linkType: 101, resolution: { base: 10 as const, exponent: 9 } },
  { linkType: 113, resolution: { base: 2 as const, exponent: 20 } },
];
const capture = fc.oneof(
  fc
    .tuple(fc.array(frame, { maxLength: 12 }), fc.boolean(), fc.boolean())
    .map(([frames, bigEndian, nanoseconds]) => emitPcap(frames, { bigEndian, nanoseconds })),
  fc
    .tuple(fc.array(frame, { maxLength: 12 }), fc.boolean())
    .map(([frames, bigEndian]) => emitPcapng(frames, { interfaces, bigEndian })),
);

describe("a capture in chunks", () => {
  it("gives the same frames, times and problem whatever the chunks' sizes", () => {
    fc.assert(
      fc.property(
        capture,
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }),
        fc.nat(40),
        (bytes, sizes, cut) => {
          const some = bytes.subarray(0, Math.max(0, bytes.length - cut));
          expect(read(some, sizes)).toEqual(read(some));
        },
      ),
      { numRuns: 400 },
    );
  });

  it("keeps its whole frames whatever follows them, and never throws", () => {
    fc.assert(
      fc.property(
        capture,
        fc.uint8Array({ maxLength: 400 }),
        fc.nat(100_000),
        fc.integer({ min: 1, max: 64 }),
        (bytes, tail, cut, size) => {
          const whole = read(bytes).frames;
          expect(read(Buffer.concat([bytes, tail]), [size]).frames.slice(0, whole.length)).toEqual(whole);
          const prefix = bytes.subarray(0, cut % (bytes.length + 1));
          const before = read(prefix).frames;
          expect(whole.slice(0, before.length)).toEqual(before);
          expect(read(Buffer.concat([prefix, tail]), [size]).frames.slice(0, before.length)).toEqual(before);
        },
      ),
      { numRuns: 400 },
    );
  });

  it("is read at any offset of a larger buffer", () => {
    const bytes = emitPcapng([{ timeUs: 5e14, bytes: Uint8Array.of(1, 2, 3) }]);
    const larger = new Uint8Array(bytes.length + 7);
    larger.set(bytes, 7);
    expect(read(larger.subarray(7))).toEqual(read(bytes));
  });
});

describe("what is no capture", () => {
  const problemOf = (bytes: Uint8Array): Problem | undefined => read(bytes).problem;

  it("is one problem that says what and where", () => {
    expect(problemOf(new Uint8Array(0))).toEqual({ reason: "the file is empty", offset: 0 });
    expect(problemOf(Uint8Array.of(0xd4, 0xc3))).toEqual({
      reason: "the file is too short to be a capture",
      offset: 0,
    });
    expect(problemOf(new TextEncoder().encode("GET / HTTP/1.1\r\n"))).toEqual({
      reason: "neither pcap nor pcapng",
      offset: 0,
    });
  });

  it("ends the reading where it begins, with what came before kept", () => {
    const frames: CaptureFrame[] = [1, 2, 3].map((i) => ({ timeUs: i, bytes: new Uint8Array(10 * i) }));
    const bytes = emitPcap(frames);
    // Header 24; records 26, 36, 46.
    expect(read(bytes.subarray(0, bytes.length - 5))).toMatchObject({
      frames: [{}, {}],
      problem: { offset: 86, reason: "the capture ends inside a record: 5 bytes are missing" },
    });
    expect(problemOf(bytes.subarray(0, 60))).toMatchObject({ offset: 50 });
    expect(problemOf(bytes.subarray(0, 20))).toMatchObject({ offset: 0 });
    const lying = bytes.slice();
    new DataView(lying.buffer).setUint32(50 + 8, 0x7fffffff, true);
    for (const size of [1, 7, 10_000]) {
      const { frames: kept, problem } = read(lying, [size]);
      expect(kept.length).toBe(1);
      expect(problem).toEqual({
        reason: "a record claims 2147483647 bytes, more than any frame has",
        offset: 50,
      });
    }
  });

  it("says no more after it has stopped", () => {
    const reader = new CaptureReader(() => {
      throw new Error("no frame was scripted");
    });
    expect(reader.push(Uint8Array.of(1, 2, 3, 4))).toBe(false);
    expect(reader.push(emitPcap([{ timeUs: 1, bytes: new Uint8Array(4) }]))).toBe(false);
    expect(reader.problem).toEqual(reader.end());
  });
});

describe("the beginning of a capture", () => {
  it("is known by its magic number in every order and resolution", () => {
    for (const bigEndian of [true, false]) {
      for (const nanoseconds of [true, false]) {
        expect(looksLikeCapture(emitPcap([], { bigEndian, nanoseconds }))).toBe(true);
      }
      expect(looksLikeCapture(emitPcapng([], { bigEndian }))).toBe(true);
    }
    expect(looksLikeCapture(Uint8Array.of(0x1f, 0x8b, 8, 0))).toBe(false);
    expect(looksLikeCapture(Uint8Array.of(0xd4, 0xc3, 0xb2))).toBe(false);
  });
});

describe("the memory of a reader", () => {
  it("does not grow with what a block claims: 16 MiB are the most that is waited for", () => {
    const header = emitPcapng([]);
    const claim = (length: number): Uint8Array => {
      const block = new Uint8Array(12);
      new DataView(block.buffer).setUint32(0, 6, true);
      new DataView(block.buffer).setUint32(4, length, true);
      return Buffer.concat([header, block]);
    };
    expect(read(claim(0x01000000)).problem!.reason).toMatch(/^the capture ends inside a record/);
    expect(read(claim(0x01000004)).problem).toEqual({
      reason: "a block claims the impossible length 16777220",
      offset: header.length,
    });
  });
});
