import { describe, expect, it } from "vitest";
import { seededRandom } from "../base/random.ts";
import { decodeFrame } from "./decode.ts";
import { joined, uint16 } from "./emit-bytes.ts";
import { emitIpFragments, type IpHeader } from "./emit-ip.ts";
import { emitTcpSegment } from "./emit-tcp.ts";
import { emitUdpDatagram } from "./emit-udp.ts";
import { FragmentReassembler } from "./fragments.ts";
import { Packet, PROTOCOL_TCP, PROTOCOL_UDP, TCP_ACK } from "./packet.ts";

const v4: IpHeader = { source: "192.0.2.1", destination: "198.51.100.2", identification: 7 };
const v6: IpHeader = { source: "2001:db8::1", destination: "2001:db8::2", identification: 7 };
const payload = Uint8Array.from({ length: 900 }, (_, i) => i & 255);

function pieces(ip: IpHeader, bytes = 200): Uint8Array[] {
  const segment = { sourcePort: 80, destinationPort: 81, sequence: 9, flags: TCP_ACK, payload };
  return emitIpFragments(ip, PROTOCOL_TCP, emitTcpSegment(ip, segment), bytes);
}

/** Feeds fragments, each at its time in s; returns the datagrams that were completed. */
function feed(
  fragments: readonly Uint8Array[],
  to = new FragmentReassembler(),
  timeOf: (i: number) => number = () => 0,
): Packet[] {
  return fragments.flatMap((bytes, i) => {
    const packet = new Packet();
    decodeFrame(packet, bytes, 0, bytes.length, timeOf(i) * 1e6, bytes.length, 101);
    expect(packet.isFragment).toBe(true);
    return to.add(packet) ? [packet] : [];
  });
}

describe("fragments", () => {
  it("make the datagram whole in any order, with duplicates among them", () => {
    const random = seededRandom(1);
    for (const ip of [v4, v6]) {
      for (let i = 0; i < 50; i++) {
        const all = pieces(ip);
        const [packet, ...more] = feed(
          random.shuffle([...all.slice(0, -1), ...all.slice(0, -1), all.at(-1)!]),
        );
        // What comes behind the whole is the beginning of nothing.
        expect(more).toEqual([]);
        if (!packet) throw new Error("no datagram");
        const { payloadOffset: at, payloadCaptured } = packet;
        expect(packet.bytes.subarray(at, at + payloadCaptured)).toEqual(payload);
        expect(packet).toMatchObject({ sourcePort: 80, sequence: 9, isFragment: false, payloadLength: 900 });
      }
    }
  });

  it("count together what they were on the wire", () => {
    const all = pieces(v4);
    expect(feed(all)[0]!.ipLength).toBe(all.reduce((sum, { length }) => sum + length, 0));
  });

  it("of several datagrams are kept apart by number, hosts and, in IPv4, protocol", () => {
    const others = [
      { ...v4, identification: 8 },
      { ...v4, source: "192.0.2.9" },
    ].map((ip) => pieces(ip));
    const udp = emitIpFragments(
      v4,
      PROTOCOL_UDP,
      emitUdpDatagram(v4, { sourcePort: 1, destinationPort: 2, payload }),
      200,
    );
    const sets = [pieces(v4), ...others, udp];
    const mixed = sets[0]!.flatMap((_, i) => sets.flatMap((set) => (set[i] ? [set[i]] : [])));
    expect(feed(mixed).length).toBe(4);
  });

  it("may carry IPv6 options between the fragment header and TCP", () => {
    const tcp = emitTcpSegment(v6, {
      sourcePort: 80,
      destinationPort: 81,
      sequence: 9,
      flags: TCP_ACK,
      payload,
    });
    const options = Uint8Array.of(PROTOCOL_TCP, 0, 1, 4, 0, 0, 0, 0);
    const [packet] = feed(emitIpFragments(v6, 60, joined(options, tcp), 200));
    expect(packet).toMatchObject({ protocol: PROTOCOL_TCP, sourcePort: 80, payloadLength: 900 });
  });

  it("are told by the first one's protocol in IPv6 (RFC 8200, section 4.5)", () => {
    const all = pieces(v6);
    for (const later of all.slice(1)) later[40] = 99;
    expect(feed(all)).toMatchObject([{ protocol: PROTOCOL_TCP, sourcePort: 80 }]);
  });

  it("that overlap end their datagram (RFC 5722)", () => {
    const all = pieces(v4);
    const moved = all[1]!.slice();
    moved.set(uint16(0x2000 | (192 / 8)), 6);
    expect(feed([all[0]!, moved, ...all.slice(1)])).toEqual([]);
  });

  it("that lie beyond the last one make no datagram", () => {
    const all = pieces(v4);
    const beyond = all[1]!.slice();
    beyond.set(uint16(0x2000 | (8000 / 8)), 6);
    expect(feed([beyond, ...all])).toEqual([]);
    expect(feed([...all.slice(0, 1), all.at(-1)!, beyond, ...all.slice(1, -1)])).toEqual([]);
  });

  it("whose end is not captured are not put together", () => {
    const reassembler = new FragmentReassembler();
    for (const bytes of pieces(v4)) {
      const packet = new Packet();
      decodeFrame(packet, bytes, 0, bytes.length - 1, 0, bytes.length, 101);
      expect(reassembler.add(packet)).toBe(false);
    }
  });

  it("wait a minute for each other, and number their datagrams anew afterwards", () => {
    const all = pieces(v4);
    expect(feed(all, undefined, (i) => (i === 0 ? 0 : 59)).length).toBe(1);
    expect(feed(all, undefined, (i) => (i === 0 ? 0 : 61)).length).toBe(0);
    expect(feed([all[0]!, ...all], undefined, (i) => (i === 0 ? 0 : 61)).length).toBe(1);
  });

  it("of thousands of datagrams cost no more than 256 of them", () => {
    const reassembler = new FragmentReassembler();
    const firsts = Array.from({ length: 4000 }, (_, i) => pieces({ ...v4, identification: i })[0]!);
    expect(feed(firsts, reassembler)).toEqual([]);
    expect(reassembler.forgotten).toBe(4000 - 256);
    expect(feed(pieces({ ...v4, identification: 3999 }).slice(1), reassembler).length).toBe(1);
    expect(feed(pieces({ ...v4, identification: 1 }).slice(1), reassembler).length).toBe(0);
  });

  it("of eight bytes each are given up beyond a thousand", () => {
    const datagram = emitUdpDatagram(v4, {
      sourcePort: 1,
      destinationPort: 2,
      payload: new Uint8Array(60_000),
    });
    const start = performance.now();
    expect(feed(emitIpFragments(v4, PROTOCOL_UDP, datagram, 8))).toEqual([]);
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});
