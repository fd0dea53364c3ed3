import { describe, expect, it } from "vitest";
import { decodeFrame } from "./decode.ts";
import { joined, uint16 } from "./emit-bytes.ts";
import { emitIpFragments } from "./emit-ip.ts";
import { emitTcp, emitTcpSegment } from "./emit-tcp.ts";
import { Packet, PROTOCOL_TCP, TCP_ACK } from "./packet.ts";

const v4 = { source: "192.0.2.1", destination: "198.51.100.2" };
const v6 = { source: "2001:db8::1", destination: "2001:db8::2" };
const segment = {
  sourcePort: 1,
  destinationPort: 2,
  sequence: 3,
  flags: TCP_ACK,
  payload: new Uint8Array(100),
};

function decode(bytes: Uint8Array, original = bytes.length): Packet {
  const packet = new Packet();
  decodeFrame(packet, bytes, 0, bytes.length, 1, original, 101);
  return packet;
}

describe("IPv4", () => {
  it("may carry 40 bytes of options", () => {
    for (let length = 0; length <= 40; length++) {
      expect(decode(emitTcp({ ...v4, options: new Uint8Array(length).fill(1) }, segment))).toMatchObject({
        payloadLength: 100,
        sourcePort: 1,
      });
    }
  });

  it("has the frame's length where segmentation offload left none", () => {
    const bytes = emitTcp(v4, segment);
    bytes.set([0, 0], 2);
    expect(decode(bytes)).toMatchObject({ ipLength: 140, payloadLength: 100 });
    expect(decode(bytes, 65_000)).toMatchObject({
      ipLength: 65_000,
      payloadLength: 64_960,
      payloadCaptured: 100,
    });
    // A megabyte is more than any offload hands over.
    expect(decode(bytes, 0xffffffff).ipLength).toBe(1 << 20);
  });

  it("has the frame's length where it claims more, and its own where the frame was padded", () => {
    const bytes = emitTcp(v4, segment);
    expect(decode(joined(bytes, new Uint8Array(46))).payloadLength).toBe(100);
    bytes.set(uint16(60_000), 2);
    expect(decode(bytes)).toMatchObject({ ipLength: 140, payloadLength: 100 });
  });

  it("is not believed with a header that cannot be", () => {
    const bytes = emitTcp(v4, segment);
    for (const [at, value] of [
      [0, 0x44],
      [0, 0x55],
      [3, 19],
    ] as const) {
      const wrong = bytes.slice();
      wrong[at] = value;
      if (at === 3) wrong[2] = 0;
      expect(decode(wrong)).toMatchObject({ ipVersion: 0, hasTransport: false });
    }
    // Options that claim the whole of the packet leave no room for TCP.
    const long = bytes.slice(0, 60);
    long[0] = 0x4f;
    expect(decode(long)).toMatchObject({ ipVersion: 4, hasTransport: false });
  });

  it("is a fragment when more follow or something came before", () => {
    const [first, second] = emitIpFragments(v4, PROTOCOL_TCP, emitTcpSegment(v4, segment), 80);
    expect(decode(first!)).toMatchObject({ isFragment: true, fragmentOffset: 0, moreFragments: true });
    expect(decode(second!)).toMatchObject({ isFragment: true, fragmentOffset: 80, moreFragments: false });
    expect(decode(second!).hasTransport).toBe(false);
  });
});

describe("IPv6", () => {
  const extension = (type: number, bytes: number) => ({ type, body: new Uint8Array(bytes) });

  it("may carry extension headers before TCP", () => {
    const extensions = [extension(0, 6), extension(60, 14), extension(43, 22), extension(60, 6)];
    expect(decode(emitTcp({ ...v6, extensions }, segment))).toMatchObject({
      protocol: PROTOCOL_TCP,
      hasTransport: true,
      payloadLength: 100,
    });
  });

  it("may carry an authentication header, whose length counts otherwise (RFC 4302)", () => {
    const tcp = emitTcpSegment(v6, segment);
    const bytes = emitTcp(v6, segment);
    const header = Uint8Array.of(PROTOCOL_TCP, 4, ...new Array<number>(22).fill(0));
    const packet = joined(bytes.subarray(0, 40), header, tcp);
    packet[6] = 51;
    packet.set(uint16(header.length + tcp.length), 4);
    expect(decode(packet)).toMatchObject({ protocol: PROTOCOL_TCP, payloadLength: 100 });
  });

  it("is whole when a fragment header says so (RFC 6946)", () => {
    const bytes = emitTcp({ ...v6, extensions: [extension(60, 6)] }, segment);
    bytes[6] = 44;
    bytes.fill(0, 41, 48);
    expect(decode(bytes)).toMatchObject({ isFragment: false, hasTransport: true, payloadLength: 100 });
  });

  it("has no transport behind headers without end, or that are cut", () => {
    const extensions = Array.from({ length: 17 }, () => extension(60, 6));
    expect(decode(emitTcp({ ...v6, extensions }, segment)).hasTransport).toBe(false);
    const cut = emitTcp({ ...v6, extensions: [extension(0, 6)] }, segment);
    cut[41] = 255;
    expect(decode(cut)).toMatchObject({ ipVersion: 6, hasTransport: false });
    expect(decode(cut.subarray(0, 41))).toMatchObject({ ipVersion: 6, hasTransport: false });
    expect(decode(cut.subarray(0, 39)).ipVersion).toBe(0);
  });
});
