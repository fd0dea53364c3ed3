/**
 * The names that we find and those that tshark (Wireshark) finds, in captures that our emitter makes.
 * Every situation has a name and a flow of its own; protocol, name, frame and number of times must agree. Where they
 * do not, the situation says so by one of the REASONS, and what tshark finds there is written down too.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../src/base/random.ts";
import { CaptureReader } from "../../src/packet/capture.ts";
import { decodeFrame } from "../../src/packet/decode.ts";
import { cutAt, joined } from "../../src/packet/emit-bytes.ts";
import { emitPcap } from "../../src/packet/emit-capture.ts";
import { emitDnsMessage, emitDnsOverTcp } from "../../src/packet/emit-dns.ts";
import { emitHttpRequest } from "../../src/packet/emit-http.ts";
import { emitIpFragments } from "../../src/packet/emit-ip.ts";
import { emitEthernet } from "../../src/packet/emit-link.ts";
import { emitCryptoFrame, emitQuicHello, emitQuicInitial } from "../../src/packet/emit-quic.ts";
import { emitTcp } from "../../src/packet/emit-tcp.ts";
import { emitClientHello, emitTlsRecords, greaseExtension } from "../../src/packet/emit-tls.ts";
import { emitUdp, emitUdpDatagram } from "../../src/packet/emit-udp.ts";
import { FragmentReassembler } from "../../src/packet/fragments.ts";
import { NameFinder } from "../../src/packet/names.ts";
import { Packet, PROTOCOL_UDP, TCP_ACK, TCP_PSH, TCP_SYN } from "../../src/packet/packet.ts";
import { QUIC_V2 } from "../../src/packet/quic-keys.ts";
import { TSHARK } from "../tshark.ts";

const REASONS = {
  "name before message":
    "we name the packet in which the name's last byte came, tshark the one in which the message's last byte came",
  "target before Host":
    "RFC 9112, section 3.2.2: a request target's own host overrides Host; tshark shows the Host field",
  "port stripped": "a host is a name to us; tshark shows the Host field with its port",
} as const;

/** "tls name@frame", frames counted from 0 in the situation. */
interface Situation {
  readonly title: string;
  readonly frames: readonly Uint8Array[];
  readonly names: readonly string[];
  readonly differs?: { readonly because: keyof typeof REASONS; readonly tshark: readonly string[] };
}

const CLIENT = "192.0.2.1";
const SERVER = "198.51.100.1";
const FIRST_SEQUENCE = 1000;
let clientPort = 20_000;

interface Path {
  readonly to?: number;
  readonly v6?: boolean;
  readonly vlans?: readonly number[];
}

function connection({ to = 443, v6 = false, vlans = [] }: Path = {}) {
  const sourcePort = clientPort++;
  const ip = v6
    ? { source: "2001:db8::1", destination: "2001:db8::2" }
    : { source: CLIENT, destination: SERVER };
  const tcp = (flags: number, sequence: number, payload: Uint8Array = new Uint8Array(0)) =>
    emitEthernet(
      emitTcp(ip, { sourcePort, destinationPort: to, sequence, acknowledgement: 1, flags, payload }),
      { vlans },
    );
  return {
    syn: () => tcp(TCP_SYN, FIRST_SEQUENCE - 1),
    data: (payload: Uint8Array, offset = 0) => tcp(TCP_ACK | TCP_PSH, FIRST_SEQUENCE + offset, payload),
    /** The stream in segments, cut at these offsets. */
    cut: (stream: Uint8Array, ...cuts: number[]) => {
      let offset = 0;
      return cutAt(stream, cuts).map((piece) => {
        offset += piece.length;
        return tcp(TCP_ACK | TCP_PSH, FIRST_SEQUENCE + offset - piece.length, piece);
      });
    },
    udp: (payload: Uint8Array) =>
      emitEthernet(emitUdp(ip, { sourcePort, destinationPort: to, payload }), { vlans }),
    udpAnswer: (payload: Uint8Array) =>
      emitEthernet(
        emitUdp(
          { source: ip.destination, destination: ip.source },
          { sourcePort: to, destinationPort: sourcePort, payload },
        ),
        { vlans },
      ),
    udpFragments: (payload: Uint8Array, payloadBytes: number) =>
      emitIpFragments(
        { ...ip, identification: sourcePort },
        PROTOCOL_UDP,
        emitUdpDatagram(ip, { sourcePort, destinationPort: to, payload }),
        payloadBytes,
      ).map((fragment) => emitEthernet(fragment, { vlans })),
  };
}

function hello(name: string, more: Parameters<typeof emitClientHello>[0] = {}): Uint8Array {
  return emitClientHello({ name, ...more });
}

function situations(): Situation[] {
  const out: Situation[] = [];
  const add = (
    title: string,
    frames: readonly Uint8Array[],
    names: readonly string[],
    differs?: Situation["differs"],
  ) => out.push({ title, frames, names, ...(differs ? { differs } : {}) });
  let c = connection();
  add(
    "a hello in one segment",
    [c.syn(), c.data(emitTlsRecords(hello("whole.example")))],
    ["tls whole.example@1"],
  );
  c = connection({ to: 8443 });
  add(
    "a hello on another port",
    [c.syn(), c.data(emitTlsRecords(hello("port.example")))],
    ["tls port.example@1"],
  );
  c = connection({ v6: true, vlans: [7] });
  add(
    "a hello over IPv6 and VLAN",
    [c.syn(), c.data(emitTlsRecords(hello("six.example")))],
    ["tls six.example@1"],
  );
  c = connection({ vlans: [100, 200] });
  add(
    "a hello with GREASE in two VLANs",
    [c.syn(), c.data(emitTlsRecords(hello("grease.example", { before: [greaseExtension(3)] })))],
    ["tls grease.example@1"],
  );
  c = connection();
  add(
    "a hello in several records",
    [c.syn(), c.data(emitTlsRecords(hello("records.example"), 60))],
    ["tls records.example@1"],
  );
  c = connection();
  add(
    "a hello over two segments, its name in the second",
    [c.syn(), ...c.cut(emitTlsRecords(hello("behind.example", { postQuantum: "before-name" })), 1300)],
    ["tls behind.example@2"],
  );
  c = connection();
  add(
    "a hello over two segments, its name in the first",
    [c.syn(), ...c.cut(emitTlsRecords(hello("ahead.example", { postQuantum: "after-name" })), 1300)],
    ["tls ahead.example@1"],
    { because: "name before message", tshark: ["tls ahead.example@2"] },
  );
  c = connection();
  const reordered = c.cut(emitTlsRecords(hello("order.example", { postQuantum: "before-name" })), 700, 1300);
  add(
    "segments out of order",
    [c.syn(), reordered[2]!, reordered[0]!, reordered[1]!],
    ["tls order.example@3"],
  );
  c = connection();
  const again = emitTlsRecords(hello("again.example"));
  add("a retransmitted hello", [c.syn(), c.data(again), c.data(again)], ["tls again.example@1"]);
  c = connection();
  const part = c.cut(emitTlsRecords(hello("part.example", { postQuantum: "before-name" })), 700);
  add(
    "a retransmitted part of a hello",
    [c.syn(), part[0]!, part[0]!, part[1]!, part[1]!],
    ["tls part.example@3"],
  );
  c = connection();
  add("a hello without a name", [c.syn(), c.data(emitTlsRecords(emitClientHello()))], []);

  c = connection({ to: 80 });
  add(
    "an HTTP request",
    [c.syn(), c.data(emitHttpRequest({ host: "http.example" }))],
    ["http http.example@1"],
  );
  c = connection({ to: 8080 });
  add(
    "an HTTP request with a port",
    [c.syn(), c.data(emitHttpRequest({ host: "alt.example:8080" }))],
    ["http alt.example@1"],
    { because: "port stripped", tshark: ["http alt.example:8080@1"] },
  );
  c = connection({ to: 80 });
  const keepAlive = emitHttpRequest({ host: "first.example" });
  add(
    "two requests on one connection",
    [c.syn(), c.data(keepAlive), c.data(emitHttpRequest({ host: "second.example" }), keepAlive.length)],
    ["http first.example@1", "http second.example@2"],
  );
  c = connection({ to: 80 });
  add(
    "a request cut inside its Host",
    [c.syn(), ...c.cut(emitHttpRequest({ host: "cut.example" }), 25)],
    ["http cut.example@2"],
  );
  c = connection({ to: 80 });
  add(
    "a request cut behind its Host",
    [c.syn(), ...c.cut(emitHttpRequest({ host: "cut2.example", fields: [["Accept", "*/*"]] }), 45)],
    ["http cut2.example@1"],
    { because: "name before message", tshark: ["http cut2.example@2"] },
  );
  c = connection({ to: 3128 });
  add(
    "a request through a proxy",
    [c.syn(), c.data(emitHttpRequest({ target: "http://target.example/", host: "proxy.example" }))],
    ["http target.example@1"],
    { because: "target before Host", tshark: ["http proxy.example@1"] },
  );

  c = connection({ to: 53 });
  add(
    "a DNS query and its answer",
    [
      c.udp(emitDnsMessage({ name: "dns.example", id: 1 })),
      c.udpAnswer(emitDnsMessage({ name: "dns.example", id: 1, answers: [Uint8Array.of(192, 0, 2, 7)] })),
    ],
    ["dns dns.example@0", "dns dns.example@1"],
  );
  c = connection({ to: 53, v6: true });
  const overTcp = emitDnsOverTcp(
    emitDnsMessage({ name: "tcp1.example", id: 2 }),
    emitDnsMessage({ name: "tcp2.example", id: 3 }),
  );
  add(
    "two DNS queries in one TCP segment",
    [c.syn(), c.data(overTcp)],
    ["dns tcp1.example@1", "dns tcp2.example@1"],
  );
  c = connection({ to: 53 });
  add(
    "a DNS query over TCP, cut inside its name",
    [c.syn(), ...c.cut(emitDnsOverTcp(emitDnsMessage({ name: "tcp3.example", id: 4 })), 20)],
    ["dns tcp3.example@2"],
  );

  const id = (byte: number) => new Uint8Array(8).fill(byte);
  c = connection();
  add("a QUIC Initial", emitQuicHello(hello("quic.example"), { destinationId: id(1) }).map(c.udp), [
    "quic quic.example@0",
  ]);
  c = connection({ to: 4443, v6: true });
  add(
    "a QUIC hello over two datagrams",
    emitQuicHello(hello("quic2.example", { postQuantum: "before-name" }), { destinationId: id(2) }).map(
      c.udp,
    ),
    ["quic quic2.example@1"],
  );
  c = connection();
  const [early, late] = emitQuicHello(hello("quic3.example", { postQuantum: "before-name" }), {
    destinationId: id(3),
  });
  add("the same in the other order", [c.udp(late!), c.udp(early!)], ["quic quic3.example@1"]);
  c = connection();
  const bytes = hello("quic4.example");
  const coalesced = joined(
    emitQuicInitial({ destinationId: id(4), frames: emitCryptoFrame(0, bytes.subarray(0, 100)) }),
    emitQuicInitial({
      destinationId: id(4),
      packetNumber: 1,
      frames: emitCryptoFrame(100, bytes.subarray(100)),
      payloadBytes: 900,
    }),
  );
  add("coalesced QUIC Initials", [c.udp(coalesced)], ["quic quic4.example@0"]);
  c = connection();
  add(
    "QUIC version 2 in IP fragments",
    c.udpFragments(
      emitQuicHello(hello("quic5.example"), { destinationId: id(5), version: QUIC_V2 })[0]!,
      800,
    ),
    ["quic quic5.example@1"],
  );
  return out;
}

/** Flows whose streams are cut, reordered within their window and repeated at random. */
function randomSituations(count: number, seed: number): Situation[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const name = `random${i}.example`;
    const kind = random.pick(["tls", "http", "dns"] as const);
    const c = connection({ to: { tls: 443, http: 80, dns: 53 }[kind], v6: random.next() < 0.3 });
    const stream = {
      tls: () =>
        emitTlsRecords(
          hello(name, random.next() < 0.5 ? { postQuantum: "before-name" } : {}),
          random.integer(40, 3000),
        ),
      http: () => emitHttpRequest({ host: name, fields: [["Accept", "*/*"]] }),
      dns: () => emitDnsOverTcp(emitDnsMessage({ name, id: i })),
    }[kind]();
    const cuts = Array.from({ length: random.integer(0, 4) }, () => random.integer(1, stream.length - 1));
    const sent = c.cut(stream, ...new Set(cuts.sort((a, b) => a - b)));
    const order = random.next() < 0.5 ? sent : random.shuffle(sent);
    const repeated = order.flatMap((segment) => (random.next() < 0.2 ? [segment, segment] : [segment]));
    return { title: `random flow ${i}`, frames: [c.syn(), ...repeated], names: [`${kind} ${name}`] };
  });
}

/** Names by frame of the whole capture: "protocol name". */
type NamesByFrame = Map<number, string[]>;

function ours(capture: Uint8Array): NamesByFrame {
  const found: NamesByFrame = new Map();
  const finder = new NameFinder();
  const fragments = new FragmentReassembler();
  const packet = new Packet();
  let frame = 0;
  const reader = new CaptureReader((bytes, start, end, timeUs, originalLength, linkType) => {
    decodeFrame(packet, bytes, start, end, timeUs, originalLength, linkType);
    packet.index = frame++;
    if (packet.isFragment && !fragments.add(packet)) return;
    finder.inspect(packet, (protocol, name, { index }) => {
      found.set(index, [...(found.get(index) ?? []), `${protocol} ${name}`]);
    });
  });
  reader.push(capture);
  expect(reader.end()).toBeUndefined();
  return found;
}

function tsharks(file: string): NamesByFrame {
  const fields = ["tls.handshake.extensions_server_name", "http.host", "dns.qry.name", "frame.protocols"];
  const preferences = ["tcp.reassemble_out_of_order:TRUE", "ip.defragment:TRUE"];
  const text = execFileSync(
    TSHARK!,
    [
      ...["-r", file, "-n", "-T", "fields", "-E", "separator=|", "-E", "aggregator=,", "-E", "occurrence=a"],
      ...preferences.flatMap((preference) => ["-o", preference]),
      ...fields.flatMap((field) => ["-e", field]),
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
  const found: NamesByFrame = new Map();
  text
    .trimEnd()
    .split("\n")
    .forEach((line, frame) => {
      const [tls = "", http = "", dns = "", protocols = ""] = line.split("|");
      const list = (values: string, protocol: string): string[] =>
        values === "" ? [] : values.split(",").map((value) => `${protocol} ${value}`);
      const tlsName = protocols.includes("quic") ? "quic" : "tls";
      const names = [...list(tls, tlsName), ...list(http, "http"), ...list(dns, "dns")];
      if (names.length > 0) found.set(frame, names);
    });
  return found;
}

const title = "names agree with tshark's";
if (!TSHARK) {
  describe.skip(`${title} [skipped: tshark is not installed]`, () => it("agrees", () => {}));
} else {
  describe(title, () => {
    const all = situations();
    let folder = "";
    let found: NamesByFrame;
    let expected: NamesByFrame;

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "brakelight-test-"));
      const frames = all.flatMap((situation) => situation.frames);
      const capture = emitPcap(frames.map((bytes, i) => ({ timeUs: 1.7e15 + 1000 * i, bytes })));
      const file = join(folder, "names.pcap");
      writeFileSync(file, capture);
      found = ours(capture);
      expected = tsharks(file);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it("in flows cut, reordered and repeated at random, as far as which names and how often", () => {
      const flows = randomSituations(400, 2021);
      const frames = flows.flatMap((flow) => flow.frames);
      const capture = emitPcap(frames.map((bytes, i) => ({ timeUs: 1.7e15 + 1000 * i, bytes })));
      const file = join(folder, "random.pcap");
      writeFileSync(file, capture);
      const names = [...ours(capture).values()].flat().sort();
      expect(names).toEqual(flows.flatMap((flow) => flow.names).sort());
      expect([...tsharks(file).values()].flat().sort()).toEqual(names);
    });

    let first = 0;
    for (const situation of all) {
      const start = first;
      const end = (first += situation.frames.length);
      const { differs } = situation;
      const inSituation = (names: NamesByFrame): string[] =>
        [...names]
          .filter(([frame]) => frame >= start && frame < end)
          .flatMap(([frame, list]) => list.map((name) => `${name}@${frame - start}`));
      it(`in ${situation.title}${differs ? `, except: ${REASONS[differs.because]}` : ""}`, () => {
        expect(inSituation(found)).toEqual(situation.names);
        expect(inSituation(expected)).toEqual(differs?.tshark ?? situation.names);
      });
    }
  });
}
