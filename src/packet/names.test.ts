import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../base/random.ts";
import { decodeFrame, LINKTYPE_RAW } from "./decode.ts";
import { cutAt, joined } from "./emit-bytes.ts";
import { emitDnsMessage, emitDnsOverTcp } from "./emit-dns.ts";
import { emitHttpRequest } from "./emit-http.ts";
import { emitCryptoFrame, emitQuicHello, emitQuicInitial } from "./emit-quic.ts";
import { emitTcp } from "./emit-tcp.ts";
import { emitClientHello, emitTlsRecords } from "./emit-tls.ts";
import { emitUdp } from "./emit-udp.ts";
import { NameFinder } from "./names.ts";
import { Packet, TCP_ACK, TCP_SYN } from "./packet.ts";
import { QUIC_V1, QUIC_V2 } from "./quic-keys.ts";
import { MAX_HELD_BYTES } from "./tcp-names.ts";

const CLIENT = "192.0.2.1";
const SERVER = "198.51.100.1";
const ISN = 4_294_967_000;
const START = ISN + 1;
const NAME = "www.example.org";

interface Tcp {
  readonly at?: number;
  readonly flags?: number;
  readonly from?: number;
  readonly to?: number;
  readonly client?: string;
}

function tcp(
  payload: Uint8Array,
  { at = START, flags = TCP_ACK, from = 40_000, to = 443, client }: Tcp = {},
) {
  const ends = client?.includes(":")
    ? { source: client, destination: "2001:db8::2" }
    : { source: client ?? CLIENT, destination: SERVER };
  const sequence = at >>> 0;
  return emitTcp(ends, { sourcePort: from, destinationPort: to, sequence, flags, payload });
}

const syn = (options: Tcp = {}) => tcp(new Uint8Array(0), { ...options, at: ISN, flags: TCP_SYN });

function udp(payload: Uint8Array, from = 50_000, to = 443): Uint8Array {
  return emitUdp({ source: CLIENT, destination: SERVER }, { sourcePort: from, destinationPort: to, payload });
}

/** "protocol name@index of the packet", for raw IP packets. */
function namesIn(packets: readonly Uint8Array[], finder = new NameFinder()): string[] {
  const found: string[] = [];
  const packet = new Packet();
  packets.forEach((bytes, index) => {
    decodeFrame(packet, bytes, 0, bytes.length, index, bytes.length, LINKTYPE_RAW);
    packet.index = index;
    finder.inspect(packet, (protocol, name, { index: at }) => found.push(`${protocol} ${name}@${at}`));
  });
  return found;
}

/** Segments of a stream cut at offsets, each with its place in the sequence. */
function segments(stream: Uint8Array, cuts: readonly number[], options: Tcp = {}): Uint8Array[] {
  let at = START;
  return cutAt(stream, cuts).map((piece) => {
    const segment = tcp(piece, { ...options, at });
    at += piece.length;
    return segment;
  });
}

const helloRecords = emitTlsRecords(emitClientHello({ name: NAME }));
/** The name stands behind a post-quantum key share: two segments at least. */
const longHello = emitTlsRecords(emitClientHello({ name: NAME, postQuantum: "before-name" }));

describe("names in whole segments", () => {
  it("are found by content, whatever the port", () => {
    const request = emitHttpRequest({ host: "h.example:8080" });
    expect(
      namesIn([
        tcp(helloRecords, { to: 8443 }),
        tcp(request, { to: 3128 }),
        tcp(helloRecords, { from: 443, to: 50_000 }),
        tcp(helloRecords, { client: "2001:db8::1" }),
      ]),
    ).toEqual([`tls ${NAME}@0`, "http h.example@1", `tls ${NAME}@2`, `tls ${NAME}@3`]);
  });

  it("are emitted for every request that begins a segment, with keep-alive", () => {
    const first = emitHttpRequest({ host: "one.example" });
    const second = emitHttpRequest({ host: "two.example" });
    const packets = [syn(), tcp(first), tcp(second, { at: START + first.length })];
    expect(namesIn(packets)).toEqual(["http one.example@1", "http two.example@2"]);
  });

  it("are emitted once for a retransmission, and again for another connection on the same ports", () => {
    expect(namesIn([tcp(helloRecords), tcp(helloRecords), tcp(helloRecords, { at: START + 9999 })])).toEqual([
      `tls ${NAME}@0`,
      `tls ${NAME}@2`,
    ]);
  });

  it("ride on a SYN with TCP Fast Open (RFC 7413)", () => {
    expect(namesIn([tcp(helloRecords, { at: ISN, flags: TCP_SYN }), tcp(helloRecords)])).toEqual([
      `tls ${NAME}@0`,
    ]);
  });

  it("leave no state behind", () => {
    const finder = new NameFinder();
    namesIn([syn(), tcp(helloRecords)], finder);
    expect([finder.heldFlows, finder.heldBytes, finder.evictedFlows]).toEqual([0, 0, 0]);
  });
});

describe("names split over segments", () => {
  it("are found once, however the stream is cut, reordered and repeated, when the SYN was seen", () => {
    const random = seededRandom(7);
    fc.assert(
      fc.property(
        fc.constantFrom(helloRecords, longHello, emitTlsRecords(emitClientHello({ name: NAME }), 50)),
        fc.uniqueArray(fc.integer({ min: 1, max: 1500 }), { maxLength: 12 }),
        fc.boolean(),
        (stream, cuts, v6) => {
          const options = v6 ? { client: "2001:db8::1" } : {};
          const sent = segments(
            stream,
            cuts.sort((a, b) => a - b),
            options,
          );
          const repeated = [...sent, ...sent.filter(() => random.next() < 0.3)];
          const names = namesIn([syn(options), ...random.shuffle(repeated)]);
          expect(names.map((name) => name.replace(/@.*/, ""))).toEqual([`tls ${NAME}`]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("are found byte by byte, for every protocol", () => {
    const everywhere = Array.from({ length: 2000 }, (_, i) => i + 1);
    const finder = new NameFinder();
    expect(namesIn(segments(longHello, everywhere), finder).length).toBe(1);
    expect(namesIn(segments(emitHttpRequest({ host: NAME }), everywhere)).length).toBe(1);
    const dns = emitDnsOverTcp(emitDnsMessage({ name: NAME }), emitDnsMessage({ name: "b.example", id: 2 }));
    const found = namesIn(segments(dns, everywhere, { to: 53 }));
    expect(found.map((name) => name.replace(/@.*/, ""))).toEqual([`dns ${NAME}`, "dns b.example"]);
    // What is left after the name is begun by nothing, hence held by nothing.
    expect(finder.heldFlows).toBe(0);
  });

  it("are emitted with the packet that brought their last byte", () => {
    const sent = segments(longHello, [100, 1200]);
    expect(namesIn([syn(), sent[2]!, sent[1]!, sent[0]!])).toEqual([`tls ${NAME}@3`]);
    expect(namesIn(sent)).toEqual([`tls ${NAME}@2`]);
    const early = emitTlsRecords(emitClientHello({ name: NAME, postQuantum: "after-name" }));
    expect(namesIn(segments(early, [400, 1200]))).toEqual([`tls ${NAME}@0`]);
  });

  it("need a SYN only where a later segment comes before the first", () => {
    const [first, second] = segments(longHello, [700]);
    expect(namesIn([first!, second!])).toEqual([`tls ${NAME}@1`]);
    expect(namesIn([second!, first!])).toEqual([]);
    expect(namesIn([second!, first!, second!])).toEqual([`tls ${NAME}@2`]);
  });

  it("do not mix flows that differ in one address, port or direction", () => {
    const a = segments(longHello, [700]);
    const others = emitTlsRecords(emitClientHello({ name: "other.example", postQuantum: "before-name" }));
    const b = segments(others, [700], { from: 40_001 });
    const c = segments(others, [700], { client: "192.0.2.2" });
    expect(namesIn([a[0]!, b[0]!, c[0]!, c[1]!, b[1]!, a[1]!])).toEqual([
      "tls other.example@3",
      "tls other.example@4",
      `tls ${NAME}@5`,
    ]);
  });

  it("are found in later requests although an earlier segment was never captured", () => {
    const request = emitHttpRequest({ host: "late.example" });
    expect(
      namesIn([syn(), tcp(Uint8Array.of(1, 2, 3), { at: START + 50 }), tcp(request, { at: START + 500 })]),
    ).toEqual(["http late.example@2"]);
  });

  it("are not guessed where the snap length cut the segment", () => {
    const bytes = tcp(longHello);
    const finder = new NameFinder();
    const packet = new Packet();
    const found: string[] = [];
    for (let captured = 0; captured <= bytes.length; captured += 13) {
      decodeFrame(packet, bytes, 0, captured, 0, bytes.length, LINKTYPE_RAW);
      finder.inspect(packet, (_protocol, name) => found.push(name));
      expect(finder.heldFlows).toBe(0);
    }
    expect(found).toEqual([NAME]);
  });

  it("are given up, oldest first and counted, when too many are held", () => {
    const finder = new NameFinder();
    const [first, second] = segments(longHello, [1270], { from: 65_000 });
    namesIn([first!], finder);
    for (let from = 1; from <= 60_000; from++) namesIn([segments(longHello, [1270], { from })[0]!], finder);
    expect(finder.heldBytes).toBeLessThanOrEqual(MAX_HELD_BYTES);
    expect(finder.evictedFlows).toBeGreaterThan(0);
    expect(namesIn([second!], finder)).toEqual([]);
    expect(namesIn([segments(longHello, [1270], { from: 60_000 })[1]!], finder)).toEqual([`tls ${NAME}@0`]);
  });

  it("survive a SYN scan over more flows than are remembered", () => {
    const finder = new NameFinder();
    const scan = Array.from({ length: 1000 }, (_, i) => syn({ from: 1 + i, client: "203.0.113.9" }));
    for (let round = 0; round < 100; round++)
      namesIn(
        scan.map((each) => {
          each[15] = round;
          return each;
        }),
        finder,
      );
    const sent = segments(longHello, [700]);
    expect(namesIn([syn(), sent[1]!, sent[0]!], finder)).toEqual([`tls ${NAME}@2`]);
  });
});

describe("names in DNS", () => {
  it("are found in queries and responses, over UDP and TCP", () => {
    const query = emitDnsMessage({ name: NAME });
    const answer = emitDnsMessage({ name: NAME, answers: [new Uint8Array(4)] });
    const packets = [
      udp(query, 50_000, 53),
      udp(answer, 53, 50_000),
      tcp(emitDnsOverTcp(query), { to: 53 }),
      tcp(emitDnsOverTcp(answer), { from: 53, to: 40_000 }),
    ];
    expect(namesIn(packets)).toEqual([0, 1, 2, 3].map((i) => `dns ${NAME}@${i}`));
  });

  it("are found on another port only when the message is valid to its last byte", () => {
    const query = emitDnsMessage({ name: NAME });
    expect(namesIn([udp(query, 50_000, 5300), tcp(emitDnsOverTcp(query), { to: 5300 })])).toEqual([
      `dns ${NAME}@0`,
      `dns ${NAME}@1`,
    ]);
    expect(namesIn([udp(joined(query, [0]), 50_000, 5300)])).toEqual([]);
    expect(namesIn([udp(joined(query, [0]), 50_000, 53)])).toEqual([`dns ${NAME}@0`]);
  });

  it("leave the names of the local link out", () => {
    const query = emitDnsMessage({ name: "printer.local" });
    expect(namesIn([udp(query, 5353, 5353), udp(query, 50_000, 5355)])).toEqual([]);
  });

  it("follow each other in one stream, the rest of a long answer skipped", () => {
    const long = emitDnsMessage({
      name: "a.example",
      answers: Array.from({ length: 300 }, () => new Uint8Array(4)),
    });
    const stream = emitDnsOverTcp(long, emitDnsMessage({ name: "b.example" }), long);
    const sent = segments(stream, [1000, 2000, 3000, 4000], { from: 53, to: 40_000 });
    const finder = new NameFinder();
    expect(namesIn(sent, finder)).toEqual(["dns a.example@0", "dns b.example@4", "dns a.example@4"]);
  });
});

describe("names in QUIC", () => {
  const destinationId = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const serverId = Uint8Array.of(9, 9, 9, 9);
  const hello = emitClientHello({ name: NAME, postQuantum: "before-name" });
  const shortHello = emitClientHello({ name: NAME });

  it("are found over several datagrams in any order, once", () => {
    for (const version of [QUIC_V1, QUIC_V2]) {
      const datagrams = emitQuicHello(hello, { version, destinationId, cryptoBytes: 600 });
      expect(datagrams.length).toBe(3);
      const [a, b, c] = datagrams.map((datagram) => udp(datagram));
      expect(namesIn([a!, b!, c!, b!])).toEqual([`quic ${NAME}@2`]);
      expect(namesIn([c!, a!, a!, b!])).toEqual([`quic ${NAME}@3`]);
    }
  });

  it("are found in coalesced packets, among frames in any order", () => {
    const cut = 100;
    const frames = joined(
      emitCryptoFrame(cut, shortHello.subarray(cut)),
      [0, 1, 0],
      emitCryptoFrame(0, shortHello.subarray(0, cut)),
    );
    expect(namesIn([udp(emitQuicInitial({ destinationId, frames }))])).toEqual([`quic ${NAME}@0`]);
    const two = joined(
      emitQuicInitial({ destinationId, frames: emitCryptoFrame(cut, shortHello.subarray(cut)) }),
      emitQuicInitial({
        destinationId,
        packetNumber: 1,
        frames: emitCryptoFrame(0, shortHello.subarray(0, cut)),
      }),
    );
    expect(namesIn([udp(two, 50_000, 8443)])).toEqual([`quic ${NAME}@0`]);
  });

  it("are found with the first connection id's keys after the client took over the server's", () => {
    const [first] = emitQuicHello(hello, { destinationId, cryptoBytes: 600 });
    const answer = emitQuicInitial({
      destinationId: new Uint8Array(0),
      sourceId: serverId,
      keyId: destinationId,
      side: "server",
      frames: Uint8Array.of(1),
    });
    const rest = emitQuicInitial({
      destinationId: serverId,
      keyId: destinationId,
      packetNumber: 1,
      frames: emitCryptoFrame(600, hello.subarray(600)),
    });
    expect(namesIn([udp(first!), udp(answer, 443, 50_000), udp(rest)])).toEqual([`quic ${NAME}@2`]);
  });

  it("are found after a Retry, whether the hello was whole before it or not", () => {
    const before = emitQuicHello(hello, { destinationId, cryptoBytes: 900 });
    const after = emitQuicHello(hello, {
      destinationId: serverId,
      token: Uint8Array.of(7, 7),
      packetNumber: 2,
      cryptoBytes: 900,
    });
    const packets = [...before, ...after].map((datagram) => udp(datagram));
    expect(namesIn(packets)).toEqual([`quic ${NAME}@1`]);
    expect(namesIn([packets[0]!, packets[2]!, packets[3]!])).toEqual([`quic ${NAME}@2`]);
  });

  it("are found again in a second hello, and in a new connection on the same ports", () => {
    const second = emitClientHello({ name: NAME, random: new Uint8Array(32).fill(3) });
    const packets = [
      emitQuicInitial({ destinationId, frames: emitCryptoFrame(0, shortHello) }),
      emitQuicInitial({ destinationId, packetNumber: 1, frames: emitCryptoFrame(shortHello.length, second) }),
      emitQuicInitial({
        destinationId: serverId,
        frames: emitCryptoFrame(0, emitClientHello({ name: "new.example" })),
      }),
    ].map((datagram) => udp(datagram));
    expect(namesIn(packets)).toEqual([`quic ${NAME}@0`, `quic ${NAME}@1`, "quic new.example@2"]);
  });
});

describe("finding names", () => {
  it("never throws on packets that were changed, cut or made up", () => {
    const valid = [
      syn(),
      tcp(helloRecords),
      ...segments(longHello, [300, 900]),
      tcp(emitHttpRequest({ host: NAME }), { to: 80 }),
      tcp(emitDnsOverTcp(emitDnsMessage({ name: NAME })), { to: 53 }),
      udp(emitDnsMessage({ name: NAME }), 53, 53),
      ...emitQuicHello(emitClientHello({ name: NAME }), { destinationId: Uint8Array.of(1) }).map((each) =>
        udp(each),
      ),
    ];
    const finder = new NameFinder();
    const packet = new Packet();
    const change = fc.tuple(fc.nat(1400), fc.nat(255));
    fc.assert(
      fc.property(
        fc.nat(valid.length - 1),
        fc.array(change, { maxLength: 6 }),
        fc.nat(1500),
        (which, changes, cut) => {
          const bytes = valid[which]!.slice();
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          const end = Math.max(1, Math.min(bytes.length, cut));
          decodeFrame(packet, bytes, 0, end, 0, bytes.length, LINKTYPE_RAW);
          finder.inspect(packet, () => {});
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("finds nothing in encrypted bulk data", () => {
    const random = seededRandom(3);
    const bulk = Array.from({ length: 20_000 }, (_, i) =>
      tcp(
        Uint8Array.from({ length: 40 }, () => random.integer(0, 255)),
        { at: START + 40 * i },
      ),
    );
    const finder = new NameFinder();
    expect(namesIn(bulk, finder)).toEqual([]);
    expect(finder.heldFlows).toBe(0);
  });
});
