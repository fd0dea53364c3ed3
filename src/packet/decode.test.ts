import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeFrame, isKnownLinkType } from "./decode.ts";
import { joined, uint16 } from "./emit-bytes.ts";
import { emitEthernet } from "./emit-link.ts";
import { emitTcp } from "./emit-tcp.ts";
import { emitUdp } from "./emit-udp.ts";
import { Packet, PROTOCOL_UDP, TCP_ACK } from "./packet.ts";

const v4 = { source: "192.0.2.1", destination: "198.51.100.2" };
const v6 = { source: "2001:db8::1", destination: "2001:db8::2" };
const datagram = { sourcePort: 1111, destinationPort: 2222, payload: Uint8Array.of(7, 8, 9) };
const segment = {
  sourcePort: 443,
  destinationPort: 50_000,
  sequence: 5,
  flags: TCP_ACK,
  payload: new Uint8Array(1000),
};

function decode(frame: Uint8Array, linkType: number, original = frame.length, end = frame.length): Packet {
  const packet = new Packet();
  decodeFrame(packet, frame, 0, end, 1, original, linkType);
  return packet;
}

describe("the IP packet", () => {
  const packets: [number, Uint8Array][] = [
    [0x0800, emitUdp(v4, datagram)],
    [0x86dd, emitUdp(v6, datagram)],
  ];
  const ethernet = (type: number[], packet: Uint8Array): Uint8Array =>
    joined(new Uint8Array(12), type, packet);

  it("is found behind every link header", () => {
    for (const [type, packet] of packets) {
      const tag = (tpid: number): number[] => [...uint16(tpid), 0, 5];
      const frames: [number, Uint8Array][] = [
        [1, ethernet(uint16(type), packet)],
        [1, ethernet([...tag(0x8100), ...uint16(type)], packet)],
        [1, ethernet([...tag(0x88a8), ...tag(0x8100), ...uint16(type)], packet)],
        [1, ethernet([...tag(0x9100), ...tag(0x8100), ...uint16(type)], packet)],
        [
          1,
          ethernet(
            [0x88, 0x64, 0x11, 0, 0, 1, 0, packet.length + 2, 0, type === 0x0800 ? 0x21 : 0x57],
            packet,
          ),
        ],
        [101, packet],
        [12, packet],
        [14, packet],
        [type === 0x0800 ? 228 : 229, packet],
        [0, joined([2, 0, 0, 0], packet)],
        [108, joined([0, 0, 0, 2], packet)],
        [113, joined(new Uint8Array(14), uint16(type), packet)],
        [113, joined(new Uint8Array(14), tag(0x8100), uint16(type), packet)],
        [276, joined(uint16(type), new Uint8Array(18), packet)],
        [276, joined(uint16(0x8100), new Uint8Array(18), [0, 5], uint16(type), packet)],
      ];
      for (const [linkType, frame] of frames) {
        const found = decode(frame, linkType);
        expect(found, `link type ${linkType}`).toMatchObject({
          ipVersion: type === 0x0800 ? 4 : 6,
          protocol: PROTOCOL_UDP,
          sourcePort: 1111,
          destinationPort: 2222,
          payloadLength: 3,
          ipLength: packet.length,
        });
      }
    }
  });

  it("is not found where there is none", () => {
    const [[, packet]] = packets as [[number, Uint8Array]];
    expect(decode(ethernet(uint16(0x0806), packet), 1).ipVersion).toBe(0);
    expect(decode(packet, 105).ipVersion).toBe(0);
    const tags = Array.from({ length: 5 }, () => [0x81, 0, 0, 5]).flat();
    expect(decode(ethernet([...tags, 8, 0], packet), 1).ipVersion).toBe(0);
    expect(decode(new Uint8Array(0), 101).ipVersion).toBe(0);
  });

  it("is expected behind the link types that can be read, and no others", () => {
    expect([0, 1, 12, 14, 101, 108, 113, 228, 229, 276].every(isKnownLinkType)).toBe(true);
    expect([9, 105, 127, 147, 195].some(isKnownLinkType)).toBe(false);
  });

  it("leaves nothing of the packet before in the one that is filled anew", () => {
    const packet = new Packet();
    const full = emitEthernet(
      emitTcp(v4, { ...segment, options: { timestamps: { value: 1, echo: 2 }, sack: [[1, 2]] } }),
    );
    decodeFrame(packet, full, 0, full.length, 1, full.length, 1);
    expect(packet).toMatchObject({ hasTransport: true, sackBlocks: 1, hasTimestamps: true });
    const bare = emitEthernet(emitTcp(v4, segment));
    decodeFrame(packet, bare, 0, bare.length, 2, bare.length, 1);
    expect(packet).toMatchObject({ hasTransport: true, sackBlocks: 0, hasTimestamps: false });
    decodeFrame(packet, bare, 0, 20, 3, bare.length, 1);
    expect(packet).toMatchObject({
      ipVersion: 0,
      protocol: 0,
      hasTransport: false,
      payloadLength: 0,
      flags: 0,
    });
  });
});

describe("a frame that was cut at a short snap length", () => {
  it("keeps the lengths that were on the wire", () => {
    const frame = emitEthernet(emitTcp(v4, segment));
    expect(decode(frame, 1, frame.length, 14 + 20 + 20)).toMatchObject({
      hasTransport: true,
      payloadLength: 1000,
      payloadCaptured: 0,
      ipLength: 1040,
    });
    expect(decode(frame, 1, frame.length, 14 + 20 + 20 + 96)).toMatchObject({ payloadCaptured: 96 });
    expect(decode(frame, 1, frame.length, 14 + 20 + 19)).toMatchObject({ ipVersion: 4, hasTransport: false });
    expect(decode(frame, 1, frame.length, 14 + 19)).toMatchObject({ ipVersion: 0, hasTransport: false });
  });

  it("never has more captured than there is, wherever it is cut and whatever it claims", () => {
    const frames = [emitTcp(v4, segment), emitTcp(v6, segment), emitUdp(v4, datagram), emitUdp(v6, datagram)];
    fc.assert(
      fc.property(
        fc.nat(3),
        fc.nat(1100),
        fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 4 }),
        fc.oneof(fc.nat(2000), fc.nat(0xffffffff)),
        (which, cut, changes, original) => {
          const frame = emitEthernet(frames[which]!).slice();
          for (const [at, value] of changes) frame[14 + at] = value;
          const end = Math.min(cut, frame.length);
          const packet = decode(frame, 1, original, end);
          expect(packet.ipLength).toBeGreaterThanOrEqual(0);
          expect(packet.payloadLength).toBeGreaterThanOrEqual(0);
          expect(packet.payloadLength).toBeLessThanOrEqual(1 << 20);
          expect(packet.payloadCaptured).toBeLessThanOrEqual(packet.payloadLength);
          if (packet.hasTransport) {
            expect(packet.payloadCaptured).toBeGreaterThanOrEqual(0);
            if (packet.payloadCaptured > 0) {
              expect(packet.payloadOffset + packet.payloadCaptured).toBeLessThanOrEqual(end);
            }
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("was at least as long on the wire as what was captured of it", () => {
    const frame = emitEthernet(emitTcp(v6, segment));
    expect(decode(frame, 1, 0)).toMatchObject({ ipLength: 1060, payloadLength: 1000, originalLength: 0 });
  });
});

describe("a UDP datagram", () => {
  it("is as long as the shorter of its claims", () => {
    const frame = emitUdp(v4, datagram);
    frame.set(uint16(9), 24);
    expect(decode(frame, 101).payloadLength).toBe(1);
    frame.set(uint16(9000), 24);
    expect(decode(frame, 101).payloadLength).toBe(3);
    // A jumbogram's 0, or a lie: what IP says counts.
    frame.set(uint16(0), 24);
    expect(decode(frame, 101).payloadLength).toBe(3);
  });
});
