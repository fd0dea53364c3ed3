import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emitPcap } from "./emit-capture.ts";
import type { FramingState } from "./framing.ts";
import { isPcapMagic, PcapFraming } from "./pcap.ts";

interface Seen {
  readonly times: number[];
  readonly lengths: [captured: number, original: number][];
  readonly links: number[];
  readonly state: FramingState;
  readonly used: number;
}

function parse(bytes: Uint8Array): Seen {
  const times: number[] = [];
  const lengths: [number, number][] = [];
  const links: number[] = [];
  const state: FramingState = {
    need: 0,
    broken: undefined,
    frame(_bytes, start, end, timeUs, original, link) {
      times.push(timeUs);
      lengths.push([end - start, original]);
      links.push(link);
    },
  };
  const used = new PcapFraming().parse(bytes, 0, bytes.length, state);
  return { times, lengths, links, state, used };
}

describe("pcap", () => {
  it("keeps nanoseconds as the fraction of a µs in both byte orders", () => {
    fc.assert(
      fc.property(
        fc.nat(0xffffffff),
        fc.nat(999_999_999),
        fc.boolean(),
        (seconds, nanoseconds, bigEndian) => {
          const bytes = emitPcap([{ timeUs: 0, bytes: new Uint8Array(1) }], { bigEndian, nanoseconds: true });
          const view = new DataView(bytes.buffer);
          view.setUint32(24, seconds, !bigEndian);
          view.setUint32(28, nanoseconds, !bigEndian);
          // Half a µs is what a number of this size can lose.
          expect(Math.abs(parse(bytes).times[0]! - (seconds * 1e6 + nanoseconds / 1e3))).toBeLessThan(0.5);
        },
      ),
    );
  });

  it("says what was captured and what was on the wire, when the snap length is short", () => {
    const seen = parse(emitPcap([{ timeUs: 1, bytes: new Uint8Array(1500) }], { snapLength: 96 }));
    expect(seen.lengths).toEqual([[96, 1500]]);
  });

  it("reads the longer records of Kuznetsov's patch", () => {
    const plain = emitPcap([{ timeUs: 7_000_009, bytes: Uint8Array.of(1, 2, 3) }]);
    const bytes = new Uint8Array(plain.length + 8);
    bytes.set(plain.subarray(0, 40));
    bytes.set(plain.subarray(40), 48);
    new DataView(bytes.buffer).setUint32(0, 0xa1b2cd34, true);
    expect(parse(bytes)).toMatchObject({ times: [7_000_009], lengths: [[3, 3]], used: bytes.length });
  });

  it("leaves the length of the frame check sequence out of the link type", () => {
    const bytes = emitPcap([{ timeUs: 1, bytes: new Uint8Array(1) }], { linkType: 113 });
    bytes[23] = 0x50;
    expect(parse(bytes).links).toEqual([113]);
  });

  it("asks for what the next record needs", () => {
    const bytes = emitPcap([{ timeUs: 1, bytes: new Uint8Array(100) }]);
    expect(parse(bytes.subarray(0, 10))).toMatchObject({ used: 0, state: { need: 24 } });
    expect(parse(bytes.subarray(0, 30))).toMatchObject({ used: 24, state: { need: 16 } });
    expect(parse(bytes.subarray(0, 60))).toMatchObject({ used: 24, state: { need: 116 } });
  });

  it("has six magic numbers, and no others", () => {
    const magics = [0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34, 0xd4c3b2a1, 0x4d3cb2a1, 0x34cdb2a1];
    expect(magics.every(isPcapMagic)).toBe(true);
    expect([0, 0xa1b2c3d5, 0x0a0d0d0a].some(isPcapMagic)).toBe(false);
  });
});
