import { describe, expect, it } from "vitest";
import { decodeFrame } from "./decode.ts";
import { joined, uint32 } from "./emit-bytes.ts";
import { emitIp } from "./emit-ip.ts";
import { Packet, PROTOCOL_TCP } from "./packet.ts";

const v4 = { source: "192.0.2.1", destination: "198.51.100.2" };

/** A segment with these bytes as its options, filled up with zeros. */
function withOptions(options: readonly number[], captured?: number): Packet {
  const header = 20 + Math.ceil(options.length / 4) * 4;
  const segment = new Uint8Array(header + 5);
  segment.set([0, 1, 0, 2]);
  segment[12] = (header / 4) << 4;
  segment[13] = 0x10;
  segment.set(options, 20);
  const bytes = emitIp(v4, PROTOCOL_TCP, segment);
  const packet = new Packet();
  decodeFrame(packet, bytes, 0, captured ?? bytes.length, 1, bytes.length, 101);
  return packet;
}

const timestamps = [8, 10, ...uint32(0xfffffffe), ...uint32(7)];

describe("TCP options", () => {
  it("are read wherever they stand, and what is not known is passed over", () => {
    const packet = withOptions([2, 4, 5, 0xb4, 1, 3, 3, 9, 4, 2, 253, 4, 0xf9, 0x89, ...timestamps]);
    expect(packet).toMatchObject({
      maximumSegment: 1460,
      windowScale: 9,
      sackPermitted: true,
      hasTimestamps: true,
      timestampValue: 0xfffffffe,
      timestampEcho: 7,
      payloadLength: 5,
    });
  });

  it("are timestamps on nearly every segment, behind two NOPs", () => {
    expect(withOptions([1, 1, ...timestamps])).toMatchObject({ hasTimestamps: true, timestampEcho: 7 });
    const lying = [1, 1, ...timestamps];
    lying[3] = 11;
    expect(withOptions(lying).hasTimestamps).toBe(false);
  });

  it("shift a window by 14 at most (RFC 7323, section 2.3)", () => {
    expect(withOptions([3, 3, 255]).windowScale).toBe(14);
  });

  it("hold up to four SACK blocks", () => {
    const edges = [1, 2, 3, 4, 5, 6, 7, 0xffffffff];
    const sack = [1, 1, 5, 34, ...joined(...edges.map(uint32))];
    const packet = withOptions(sack);
    expect(packet.sackBlocks).toBe(4);
    expect([...packet.sack]).toEqual(edges);
    expect(withOptions([5, 2]).sackBlocks).toBe(0);
  });

  it("end at the first that lies about its length", () => {
    for (const wrong of [
      [9, 0],
      [9, 1],
      [9, 200],
      [5, 40],
    ]) {
      const packet = withOptions([2, 4, 5, 0xb4, ...wrong, 3, 3, 9]);
      expect(packet).toMatchObject({
        maximumSegment: 1460,
        windowScale: -1,
        hasTransport: true,
        payloadLength: 5,
      });
    }
    expect(withOptions([2, 4, 5, 0xb4, 0, 3, 3, 9]).windowScale).toBe(-1);
  });

  it("are read as far as they were captured", () => {
    const packet = withOptions([2, 4, 5, 0xb4, 3, 3, 9, 1], 20 + 20 + 6);
    expect(packet).toMatchObject({
      hasTransport: true,
      maximumSegment: 1460,
      windowScale: -1,
      payloadLength: 5,
      payloadCaptured: 0,
    });
  });
});

describe("a TCP header", () => {
  it("is none when it claims too little or more than the packet", () => {
    for (const words of [0, 4, 15]) {
      const segment = new Uint8Array(24);
      segment[12] = words << 4;
      const bytes = emitIp(v4, PROTOCOL_TCP, segment);
      const packet = new Packet();
      decodeFrame(packet, bytes, 0, bytes.length, 1, bytes.length, 101);
      expect(packet.hasTransport).toBe(false);
    }
  });
});
