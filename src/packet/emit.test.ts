import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAddress } from "./address.ts";
import { CaptureReader } from "./capture.ts";
import { decodeFrame, LINKTYPE_ETHERNET, LINKTYPE_RAW } from "./decode.ts";
import type { CaptureFrame } from "./emit-capture.ts";
import { emitPcap, emitPcapng } from "./emit-capture.ts";
import { internetChecksum, transportChecksum } from "./emit-checksum.ts";
import { addressBytes, emitIpFragments } from "./emit-ip.ts";
import { emitEthernet } from "./emit-link.ts";
import { emitTcp } from "./emit-tcp.ts";
import { emitUdp, emitUdpDatagram } from "./emit-udp.ts";
import { FragmentReassembler } from "./fragments.ts";
import { Packet, PROTOCOL_TCP, PROTOCOL_UDP } from "./packet.ts";

const port = fc.nat(65_535);
const word = fc.nat(0xffffffff);
const ipv4 = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => parts.join("."));
const ipv6 = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => formatAddress(bytes, 0, 6))
  .filter((text) => text.includes(":"));
const header = fc.oneof(fc.tuple(ipv4, ipv4), fc.tuple(ipv6, ipv6)).chain(([source, destination]) =>
  fc.record({
    source: fc.constant(source),
    destination: fc.constant(destination),
    hopLimit: fc.nat(255),
    identification: fc.nat(65_535),
    options: fc.uint8Array({ maxLength: 40 }),
    extensions: fc.array(
      fc.record({ type: fc.constantFrom(0, 43, 60), body: fc.uint8Array({ maxLength: 30 }) }),
      { maxLength: 3 },
    ),
  }),
);
const payloadOf = (packet: Packet): Uint8Array =>
  packet.bytes.slice(packet.payloadOffset, packet.payloadOffset + packet.payloadCaptured);

function decoded(frame: Uint8Array, linkType: number, end = frame.length): Packet {
  const packet = new Packet();
  decodeFrame(packet, frame, 0, end, 0, frame.length, linkType);
  return packet;
}

/** Source and destination of a decoded packet, as text. */
function ends(packet: Packet): [string, string] {
  const { bytes, addressOffset: at, ipVersion } = packet;
  const step = ipVersion === 6 ? 16 : 4;
  return [formatAddress(bytes, at, ipVersion), formatAddress(bytes, at + step, ipVersion)];
}

describe("emitted packets", () => {
  it("decode to the TCP segment that they were made of", () => {
    fc.assert(
      fc.property(
        header,
        fc.record({
          sourcePort: port,
          destinationPort: port,
          sequence: word,
          acknowledgement: word,
          flags: fc.nat(255),
          window: port,
          payload: fc.uint8Array({ maxLength: 100 }),
        }),
        fc.oneof(
          fc.record({
            maximumSegment: port,
            windowScale: fc.nat(14),
            sackPermitted: fc.constant(true),
            timestamps: fc.record({ value: word, echo: word }),
          }),
          fc.record({ sack: fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 4 }) }),
          fc.record({
            timestamps: fc.record({ value: word, echo: word }),
            sack: fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 3 }),
          }),
          fc.constant({}),
        ),
        fc.array(fc.nat(4095), { maxLength: 2 }),
        (ip, segment, options, vlans) => {
          const packet = decoded(
            emitEthernet(emitTcp(ip, { ...segment, options }), { vlans }),
            LINKTYPE_ETHERNET,
          );
          expect(ends(packet)).toEqual([ip.source, ip.destination]);
          expect(packet).toMatchObject({
            hasTransport: true,
            protocol: PROTOCOL_TCP,
            hopLimit: ip.hopLimit,
            sourcePort: segment.sourcePort,
            destinationPort: segment.destinationPort,
            sequence: segment.sequence,
            acknowledgement: segment.acknowledgement,
            flags: segment.flags,
            window: segment.window,
          });
          expect(payloadOf(packet)).toEqual(segment.payload);
          const { maximumSegment, windowScale, sackPermitted, timestamps, sack } = options as {
            maximumSegment?: number;
            windowScale?: number;
            sackPermitted?: boolean;
            timestamps?: { value: number; echo: number };
            sack?: [number, number][];
          };
          expect(packet.maximumSegment).toBe(maximumSegment ?? 0);
          expect(packet.windowScale).toBe(windowScale ?? -1);
          expect(packet.sackPermitted).toBe(sackPermitted ?? false);
          expect(packet.hasTimestamps).toBe(timestamps !== undefined);
          if (timestamps) {
            expect([packet.timestampValue, packet.timestampEcho]).toEqual([
              timestamps.value,
              timestamps.echo,
            ]);
          }
          expect([...packet.sack.subarray(0, 2 * packet.sackBlocks)]).toEqual((sack ?? []).flat());
        },
      ),
      { numRuns: 300 },
    );
  });

  it("decode to the UDP datagram that they were made of, whole or in fragments", () => {
    fc.assert(
      fc.property(
        header,
        port,
        port,
        fc.uint8Array({ maxLength: 400 }),
        fc.integer({ min: 8, max: 200 }),
        (ip, sourcePort, destinationPort, payload, payloadBytes) => {
          const datagram = { sourcePort, destinationPort, payload };
          const whole = decoded(emitUdp(ip, datagram), LINKTYPE_RAW);
          expect(whole).toMatchObject({ protocol: PROTOCOL_UDP, sourcePort, destinationPort });
          expect(payloadOf(whole)).toEqual(payload);
          const reassembler = new FragmentReassembler();
          const packets = emitIpFragments(ip, PROTOCOL_UDP, emitUdpDatagram(ip, datagram), payloadBytes)
            .reverse()
            .map((fragment) => decoded(fragment, LINKTYPE_RAW))
            .filter((packet) => !packet.isFragment || reassembler.add(packet));
          expect(packets.length).toBe(1);
          expect(payloadOf(packets[0]!)).toEqual(payload);
          expect(packets[0]).toMatchObject({ sourcePort, destinationPort });
        },
      ),
      { numRuns: 200 },
    );
  });

  it("have checksums that add up", () => {
    const ip = { source: "192.0.2.1", destination: "198.51.100.2", options: Uint8Array.of(1, 1, 1) };
    const packet = emitTcp(ip, {
      sourcePort: 1,
      destinationPort: 2,
      sequence: 3,
      flags: 16,
      payload: Uint8Array.of(7),
    });
    expect(internetChecksum(packet, 0, 24)).toBe(0);
    const [from, to] = [packet.subarray(12, 16), packet.subarray(16, 20)];
    expect(transportChecksum(from, to, PROTOCOL_TCP, packet.subarray(24))).toBe(0);
    // RFC 1071, section 3.
    expect(internetChecksum(Uint8Array.of(0, 1, 0xf2, 3, 0xf4, 0xf5, 0xf6, 0xf7))).toBe(~0xddf2 & 0xffff);
  });

  it("take addresses in every writing, and no others", () => {
    expect([...addressBytes("::")]).toEqual(new Array(16).fill(0));
    expect([...addressBytes("2001:db8::1")].slice(0, 4)).toEqual([0x20, 1, 0x0d, 0xb8]);
    for (const wrong of ["1.2.3", "1.2.3.256", "1::2::3", ":1", "1:2:3:4:5:6:7:8:9", "g::"]) {
      expect(() => addressBytes(wrong)).toThrow(RangeError);
    }
  });
});

interface Read {
  timeUs: number;
  bytes: Uint8Array;
  originalLength: number;
  linkType: number;
}

function readBack(capture: Uint8Array): Read[] {
  const out: Read[] = [];
  const reader = new CaptureReader((bytes, start, end, timeUs, originalLength, linkType) => {
    out.push({ timeUs, bytes: bytes.slice(start, end), originalLength, linkType });
  });
  reader.push(capture);
  expect(reader.end()).toBeUndefined();
  return out;
}

const frames = fc.array(
  fc.record({
    timeUs: fc.integer({ min: 0, max: 1.9e15 }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 80 }),
  }),
  { maxLength: 10 },
);

describe("emitted captures", () => {
  it("read back as the frames that they were made of: pcap", () => {
    fc.assert(
      fc.property(
        frames,
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 20, max: 100 }),
        (made, big, nano, snap) => {
          const options = { bigEndian: big, nanoseconds: nano, snapLength: snap, linkType: 101 };
          const expected = made.map(({ timeUs, bytes }) => ({
            timeUs,
            bytes: bytes.slice(0, snap),
            originalLength: bytes.length,
            linkType: 101,
          }));
          expect(readBack(emitPcap(made, options))).toEqual(expected);
        },
      ),
    );
  });

  it("read back as the frames that they were made of: pcapng, each interface with its own clock", () => {
    const interfaces = [
      { linkType: 1 },
      { linkType: 101, resolution: { base: 10 as const, exponent: 9 } },
      { linkType: 113, resolution: { base: 2 as const, exponent: 20 } },
    ];
    fc.assert(
      fc.property(frames, fc.boolean(), (made, bigEndian) => {
        const numbered: CaptureFrame[] = made.map((frame, i) => ({ ...frame, interfaceIndex: i % 3 }));
        const read = readBack(emitPcapng(numbered, { interfaces, bigEndian }));
        expect(read.length).toBe(numbered.length);
        read.forEach((frame, i) => {
          // 2^-20 s is 0.95 µs, and a number of this size is exact to 0.25 µs.
          expect(Math.abs(frame.timeUs - numbered[i]!.timeUs)).toBeLessThanOrEqual(i % 3 === 2 ? 1 : 0.25);
          expect(frame.bytes).toEqual(numbered[i]!.bytes);
          expect(frame.linkType).toBe(interfaces[i % 3]!.linkType);
        });
      }),
    );
  });
});
