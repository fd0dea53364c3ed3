/**
 * Valid small captures with every packet broken once, through everything that reads captures. The seed is fixed; the
 * environment's BRAKELIGHT_FUZZ_MUTATIONS changes how many (default 10 million), BRAKELIGHT_FUZZ_SEED the seed.
 */
import { describe, expect, it } from "vitest";
import { type Random, seededRandom } from "../../src/base/random.ts";
import { CaptureReader } from "../../src/packet/capture.ts";
import { decodeFrame } from "../../src/packet/decode.ts";
import { joined } from "../../src/packet/emit-bytes.ts";
import { type CaptureFrame, emitPcap, emitPcapng } from "../../src/packet/emit-capture.ts";
import { emitDnsMessage, emitDnsOverTcp } from "../../src/packet/emit-dns.ts";
import { emitHttpRequest } from "../../src/packet/emit-http.ts";
import { emitIpFragments, type IpHeader } from "../../src/packet/emit-ip.ts";
import { emitEthernet } from "../../src/packet/emit-link.ts";
import { emitQuicHello } from "../../src/packet/emit-quic.ts";
import { emitTcp, emitTcpSegment, type TcpOptions } from "../../src/packet/emit-tcp.ts";
import { emitClientHello, emitTlsRecords } from "../../src/packet/emit-tls.ts";
import { emitUdp, emitUdpDatagram } from "../../src/packet/emit-udp.ts";
import { FragmentReassembler } from "../../src/packet/fragments.ts";
import { NameFinder } from "../../src/packet/names.ts";
import { Packet, PROTOCOL_TCP, PROTOCOL_UDP, TCP_ACK, TCP_FIN, TCP_SYN } from "../../src/packet/packet.ts";
import { PathDissector } from "../../src/transfer/dissect.ts";
import { PathTracker } from "../../src/transfer/path-tracker.ts";
import type { Path } from "../../src/transfer/transfer.ts";
import { judgePath } from "../../src/verdict/slowness/judge-path.ts";

const MUTATIONS = Number(process.env["BRAKELIGHT_FUZZ_MUTATIONS"] ?? 10_000_000);
const SEED = Number(process.env["BRAKELIGHT_FUZZ_SEED"] ?? 20_210_310);
/** One path in so many is judged too: that takes longer than all the rest. */
const JUDGED = 400;
/** A capture of some hundred packets takes milliseconds. */
const HANG_MS = 20_000;
const MOST_GROWTH_BYTES = 700e6;

const v4: IpHeader = { source: "192.0.2.1", destination: "198.51.100.2", identification: 1 };
const v6: IpHeader = { source: "2001:db8::1", destination: "2001:db8::2", identification: 2 };
const reversed = (ip: IpHeader): IpHeader => ({ ...ip, source: ip.destination, destination: ip.source });

/** A transfer with losses, SACK and timestamps; `hello` is what the client says first. */
function transfer(
  ip: IpHeader,
  port: number,
  hello: Uint8Array,
  segments: number,
  sequence: number,
): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let tick = 1000;
  const stamped = (more: TcpOptions = {}): TcpOptions => ({
    ...more,
    timestamps: { value: tick++, echo: tick - 40 },
  });
  const client = (
    flags: number,
    at: number,
    ack: number,
    options: TcpOptions,
    payload: Uint8Array = new Uint8Array(0),
  ): void => {
    const segment = {
      sourcePort: port,
      destinationPort: 443,
      sequence: at,
      acknowledgement: ack,
      flags,
      options,
      payload,
    };
    frames.push(emitEthernet(emitTcp(ip, segment)));
  };
  const server = (
    flags: number,
    at: number,
    ack: number,
    options: TcpOptions,
    payload: Uint8Array = new Uint8Array(0),
  ): void => {
    const segment = {
      sourcePort: 443,
      destinationPort: port,
      sequence: at,
      acknowledgement: ack,
      flags,
      options,
      payload,
    };
    frames.push(emitEthernet(emitTcp(reversed(ip), segment)));
  };
  const syn = { maximumSegment: 120, windowScale: 7, sackPermitted: true };
  const body = new Uint8Array(120).fill(0x17);
  const mine = 500 + hello.length;
  const at = (index: number): number => (sequence + 1 + index * body.length) >>> 0;
  client(TCP_SYN, 499, 0, stamped(syn));
  server(TCP_SYN | TCP_ACK, sequence, 500, stamped(syn));
  for (let from = 0; from < hello.length; from += 700) {
    client(TCP_ACK, 500 + from, at(0), stamped(), hello.subarray(from, from + 700));
  }
  for (let i = 0; i < segments; i++) {
    if (i % 10 !== 7) server(TCP_ACK, at(i), mine, stamped(), body);
    if (i % 10 === 8) client(TCP_ACK, mine, at(i - 1), stamped({ sack: [[at(i), at(i + 1)]] }));
    else if (i % 10 === 9) {
      client(
        TCP_ACK,
        mine,
        at(i - 2),
        stamped({
          sack: [
            [at(i), at(i + 1)],
            [at(i - 1), at(i)],
          ],
        }),
      );
      server(TCP_ACK, at(i - 2), mine, stamped(), body);
      client(TCP_ACK, mine, at(i + 1), stamped({ sack: [[at(i - 2), at(i - 1)]] }));
    } else if (i % 2 === 1) client(TCP_ACK, mine, at(i + 1), stamped());
  }
  server(TCP_FIN | TCP_ACK, at(segments), mine, stamped());
  client(TCP_FIN | TCP_ACK, mine, at(segments) + 1, stamped());
  return frames;
}

function mixed(): Uint8Array[] {
  const tls = emitTlsRecords(emitClientHello({ name: "example.org", postQuantum: "before-name" }));
  const http = emitHttpRequest({ host: "example.net", target: "/a" });
  const query = emitDnsMessage({ name: "www.example.com" });
  const answer = emitDnsMessage({ name: "www.example.com", answers: [Uint8Array.of(192, 0, 2, 9)] });
  const udp = (ip: IpHeader, from: number, to: number, payload: Uint8Array): Uint8Array =>
    emitEthernet(emitUdp(ip, { sourcePort: from, destinationPort: to, payload }), { vlans: [5] });
  const quic = emitQuicHello(emitClientHello({ name: "quic.example" }), {
    destinationId: new Uint8Array(8).fill(3),
  });
  const dnsTcp = {
    sourcePort: 3000,
    destinationPort: 53,
    sequence: 1,
    flags: TCP_ACK,
    payload: emitDnsOverTcp(query, query),
  };
  const fragments = [v4, v6].flatMap((ip) => [
    ...emitIpFragments(
      ip,
      PROTOCOL_UDP,
      emitUdpDatagram(ip, { sourcePort: 53, destinationPort: 4000, payload: answer }),
      24,
    ),
    ...emitIpFragments(ip, PROTOCOL_TCP, emitTcpSegment(ip, { ...dnsTcp, payload: tls }), 400),
  ]);
  const rest = [
    ...[v4, v6].flatMap((ip) => [
      udp(ip, 4000, 53, query),
      udp(reversed(ip), 53, 4000, answer),
      emitEthernet(emitTcp(ip, dnsTcp)),
    ]),
    ...fragments.map((packet) => emitEthernet(packet)),
    ...quic.map((datagram) => udp(v4, 5000, 443, datagram)),
  ];
  const transfers = [
    transfer(v4, 50_000, tls, 150, 2 ** 32 - 5000),
    transfer(v6, 50_001, http, 100, 77),
    transfer({ ...v4, options: Uint8Array.of(7, 7, 4, 0, 0, 0, 0) }, 50_002, http, 60, 2 ** 31 - 3000),
    transfer({ ...v6, extensions: [{ type: 0, body: Uint8Array.of(1, 4, 0, 0, 0, 0) }] }, 50_003, tls, 60, 0),
    rest,
  ];
  const most = Math.max(...transfers.map(({ length }) => length));
  return Array.from({ length: most }, (_, i) =>
    transfers.flatMap((list) => (list[i] ? [list[i]!] : [])),
  ).flat();
}

interface Seeded {
  readonly bytes: Uint8Array;
  /** [start of the record or block, start of its frame, its end] of each packet. */
  readonly records: readonly (readonly [record: number, frame: number, end: number])[];
}

function seeds(): Seeded[] {
  const frames: CaptureFrame[] = mixed().map((bytes, i) => ({
    timeUs: 1.6e15 + 2000 * i,
    bytes,
    interfaceIndex: i % 2,
  }));
  const pcaps = [{}, { bigEndian: true }, { nanoseconds: true }, { snapLength: 96 }].map(
    (options): Seeded => {
      const records: [number, number, number][] = [];
      let at = 24;
      for (const { bytes } of frames) {
        const captured = Math.min(bytes.length, options.snapLength ?? bytes.length);
        records.push([at, at + 16, at + 16 + captured]);
        at += 16 + captured;
      }
      return { bytes: emitPcap(frames, options), records };
    },
  );
  const interfaces = [{}, { resolution: { base: 10 as const, exponent: 9 } }];
  const pcapngs = [false, true].map((bigEndian): Seeded => {
    const bytes = emitPcapng(frames, { interfaces, bigEndian });
    const head = emitPcapng([], { interfaces, bigEndian }).length;
    const records: [number, number, number][] = [];
    let at = head;
    for (const frame of frames) {
      records.push([at, at + 28, at + 28 + frame.bytes.length]);
      at += 32 + Math.ceil(frame.bytes.length / 4) * 4;
    }
    return { bytes, records };
  });
  return [...pcaps, ...pcapngs];
}

const EDGES = [0, 1, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
/** Link, IP and TCP headers end before this. */
const HEADER_BYTES = 110;

function mutate(bytes: Uint8Array, start: number, end: number, random: Random): void {
  if (end <= start) return;
  const reach = random.integer(0, 9) < 8 ? Math.min(end - start, HEADER_BYTES) : end - start;
  const at = start + random.integer(0, reach - 1);
  switch (random.integer(0, 4)) {
    case 0:
      bytes[at]! ^= 1 << random.integer(0, 7);
      return;
    case 1:
      bytes[at] = random.integer(0, 255);
      return;
    case 2: {
      const edge = random.pick(EDGES);
      for (let i = 0; i < 2 && at + i < end; i++) bytes[at + i] = (edge >>> (8 * i)) & 255;
      return;
    }
    case 3: {
      const edge = random.pick(EDGES);
      for (let i = 0; i < 4 && at + i < end; i++) bytes[at + i] = (edge >>> (24 - 8 * i)) & 255;
      return;
    }
    default:
      bytes.copyWithin(at, start, Math.min(start + 8, end - (at - start)));
  }
}

/** Breaks every packet once, or its record's header. */
function breakAll({ bytes, records }: Seeded, into: Uint8Array, random: Random): void {
  into.set(bytes);
  for (const [record, frame, end] of records) {
    if (random.integer(0, 63) > 0) mutate(into, frame, end, random);
    // The record's time or lengths: the latter mostly end the capture there, so that they are rarer.
    else mutate(into, record, random.integer(0, 63) > 0 ? record + 8 : frame, random);
  }
}

function isSound(path: Path): boolean {
  for (const { rows, delivery, segments } of path.transfers.flat()) {
    for (let row = 0; row < rows.count; row++) {
      if (Number.isNaN(rows.timeUs[row]!) || rows.segment[row]! >= Math.max(1, segments.length)) return false;
    }
    for (let i = 0; i < delivery.count; i++) {
      if (Number.isNaN(delivery.timeUs[i]!)) return false;
      if (!(delivery.bytes[i]! > (i > 0 ? delivery.bytes[i - 1]! : 0))) return false;
    }
    for (const segment of segments) {
      for (const value of Object.values(segment)) if (!(value >= 0 || value < 0)) return false;
      if (segment.deliveryTo < segment.deliveryFrom || segment.endUs < segment.startUs) return false;
    }
  }
  return true;
}

describe("captures of which every packet was broken once", () => {
  it(
    `are read without a throw, a hang or memory without bound (${MUTATIONS} mutations: a mutation is one packet, or ` +
      "its record's header, with one to eight bytes changed)",
    () => {
      const random = seededRandom(SEED);
      const all = seeds();
      const buffer = new Uint8Array(Math.max(...all.map(({ bytes }) => bytes.length)));
      const packet = new Packet();
      const dissector = new PathDissector();
      const names = new NameFinder();
      const tally = {
        frames: 0,
        decoded: 0,
        whole: 0,
        names: 0,
        paths: 0,
        judged: 0,
        problems: 0,
      };
      let slowestMs = 0;
      let startBytes = 0;
      let mostBytes = 0;
      // Only what the reader came to counts: behind a record that ends the capture nothing was tried.
      for (let run = 0; tally.frames + tally.problems < MUTATIONS; run++) {
        const seed = all[run % all.length]!;
        breakAll(seed, buffer, random);
        const startMs = performance.now();
        const fragments = new FragmentReassembler();
        const tracker = new PathTracker((open, log) => {
          const path = dissector.dissect(open, log);
          if (!isSound(path)) throw new Error(`a path without sense in run ${run}`);
          if (tally.paths++ % JUDGED > 0) return;
          judgePath(path, 18);
          tally.judged++;
        });
        const reader = new CaptureReader((bytes, start, end, timeUs, original, linkType) => {
          tally.frames++;
          if (!decodeFrame(packet, bytes, start, end, timeUs, original, linkType)) return;
          tally.decoded++;
          if (packet.isFragment) {
            if (!fragments.add(packet)) return;
            tally.whole++;
          }
          tracker.add(packet);
          names.inspect(packet, () => tally.names++);
        });
        const bytes = buffer.subarray(0, seed.bytes.length);
        const chunk = run % 3 === 0 ? bytes.length : random.integer(100, 5000);
        for (let at = 0; at < bytes.length; at += chunk)
          if (!reader.push(bytes.subarray(at, at + chunk))) break;
        if (reader.end()) tally.problems++;
        tracker.end();
        slowestMs = Math.max(slowestMs, performance.now() - startMs);
        const { rss } = process.memoryUsage();
        if (run === 200) startBytes = rss;
        mostBytes = Math.max(mostBytes, rss);
      }
      console.log(
        `fuzz: ${JSON.stringify(tally)}, slowest capture ${slowestMs.toFixed(0)} ms, ${(mostBytes / 1e6).toFixed(0)} MB`,
      );
      // The bulk of it was read, and not turned away at the door.
      expect(tally.decoded).toBeGreaterThan(0.8 * MUTATIONS);
      expect(tally.names).toBeGreaterThan(0);
      expect(tally.whole).toBeGreaterThan(0);
      expect(slowestMs).toBeLessThan(HANG_MS);
      if (startBytes > 0) expect(mostBytes - startBytes).toBeLessThan(MOST_GROWTH_BYTES);
    },
  );
});

describe("bytes that are no capture", () => {
  it("are one problem each, whatever their beginning", () => {
    const random = seededRandom(SEED);
    const [pcap, , , , pcapng] = seeds();
    for (let run = 0; run < 20_000; run++) {
      const head = random.pick([
        pcap!.bytes.subarray(0, 24),
        pcapng!.bytes.subarray(0, 28),
        pcapng!.bytes.subarray(0, 4),
        new Uint8Array(0),
      ]);
      const noise = Uint8Array.from({ length: random.integer(0, 300) }, () => random.integer(0, 255));
      const reader = new CaptureReader(() => {});
      reader.push(joined(head, noise));
      const problem = reader.end();
      expect(problem === undefined || problem.reason.length > 0).toBe(true);
    }
  });
});
