/**
 * Valid packets of every kind that a box reads, broken in one to three places, in random order through boxes of
 * different kinds whose rules and health change on the way and whose clocks jump. Seeded.
 */
import { type Random, seededRandom } from "../../src/base/random.ts";
import {
  type MiddleboxConfig,
  REPORT_WINDOW,
  TSPU_QUIC_FINGERPRINT,
} from "../../src/lab/middlebox/config.ts";
import { type Decision, DROP_FLOW, HOLD } from "../../src/lab/middlebox/decision.ts";
import type { Health } from "../../src/lab/middlebox/health.ts";
import { Middlebox, type MiddleboxMemory } from "../../src/lab/middlebox/middlebox.ts";
import { emitDnsMessage, emitDnsOverTcp } from "../../src/packet/emit-dns.ts";
import { emitHttpRequest } from "../../src/packet/emit-http.ts";
import { emitIp, emitIpFragments, type IpHeader } from "../../src/packet/emit-ip.ts";
import { emitQuicHello } from "../../src/packet/emit-quic.ts";
import { emitTcp, emitTcpSegment } from "../../src/packet/emit-tcp.ts";
import { emitClientHello } from "../../src/packet/emit-tls.ts";
import { emitUdp, emitUdpDatagram } from "../../src/packet/emit-udp.ts";
import { PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP, TCP_ACK, TCP_SYN } from "../../src/packet/packet.ts";
import type { Action } from "../../src/rules/action.ts";
import { compileRules } from "../../src/rules/matcher.ts";
import type { Matcher, Rule } from "../../src/rules/rule.ts";
import { connectRequest, hello, noise, SOCKS_CONNECT, SOCKS_GREETING } from "./payloads.ts";
import { byAddress, list, POLICE, patterns, rule, SHAPE_UPLOAD } from "./rules.ts";

export interface FuzzTally {
  mutations: number;
  /** Decided by a box; each packet goes through all of them. */
  packets: number;
  triggered: number;
  dropped: number;
  held: number;
  injected: number;
  replaced: number;
  malformed: number;
  completedDatagrams: number;
  evictedFlows: number;
  quicPackets: number;
}

/** Small, so that the bounds are reached. */
const BOUNDS = {
  maxFlows: 300,
  maxFragmentedDatagrams: 20,
  maxFragmentBytes: 20_000,
  maxSharedLimiters: 20,
  maxTaints: 20,
  maxStreams: 20,
} satisfies Partial<MiddleboxConfig>;

const CONFIGS: readonly Partial<MiddleboxConfig>[] = [
  BOUNDS,
  { ...BOUNDS, reassembles: true, window: REPORT_WINDOW },
  { ...BOUNDS, remoteSynUnblocks: true, quicFingerprint: TSPU_QUIC_FINGERPRINT, newRulesReach: "all-flows" },
];

const HEALTHS: readonly Health[] = [
  { kind: "ok" },
  { kind: "ok" },
  { kind: "ok" },
  { kind: "overloaded", dropShare: 0.1, delayMs: 20 },
  { kind: "malfunction", share: 0.2, how: "reset" },
  { kind: "malfunction", share: 0.2, how: "drop" },
  { kind: "fail-open" },
  { kind: "fail-closed" },
];

const ACTIONS: readonly Action[] = [
  { ...POLICE, scope: "client" },
  POLICE,
  SHAPE_UPLOAD,
  { ...SHAPE_UPLOAD, scope: "box", directions: "both" },
  { kind: "drop" },
  { kind: "drop-after", packets: [5, 8] },
  { kind: "reset" },
  { kind: "cut-response" },
  { kind: "page", status: 403, body: "no", location: "http://a.example/" },
  { kind: "freeze", bytes: [1000, 3000] },
  { kind: "delay-handshake", delayMs: [10, 2000] },
  { kind: "pass" },
];

const NAMES = ACTIONS.map((_, i) => `n${i}.example`);

function matchers(): Matcher[] {
  const named: Rule[] = ACTIONS.map((action, i) =>
    rule(`r${i}`, action, { names: patterns(NAMES[i]!), ...(i % 3 === 0 ? { taintMs: 5000 } : {}) }),
  );
  const addressed = byAddress({ kind: "reset" }, "192.0.2.128/25", "2001:db8:2:8000::/49").rules;
  const everything = rule("all", { ...SHAPE_UPLOAD, scope: "client" }, { any: true });
  return [
    compileRules(list(...named, ...addressed)),
    compileRules(list(...named.slice(4), everything)),
    compileRules(list(rule("page", ACTIONS[8]!, { any: true }))),
    compileRules(list()),
  ];
}

/** Packets of the client and of the server, whose addresses and ports are varied later. */
function seedPackets(): { fromInside: boolean; bytes: Uint8Array; isCostly: boolean }[] {
  const out: { fromInside: boolean; bytes: Uint8Array; isCostly: boolean }[] = [];
  const pairs: [IpHeader, IpHeader][] = [
    ["10.0.0.1", "192.0.2.1"],
    ["2001:db8:1::1", "2001:db8:2::1"],
  ].map(([source, destination]) => [
    { source: source!, destination: destination!, identification: 1 },
    { source: destination!, destination: source!, identification: 2 },
  ]);
  const payloads = [
    ...NAMES.map((name) => hello(name)),
    ...NAMES.slice(4).map((host) => emitHttpRequest({ host })),
    hello("example.org", 900),
    connectRequest(NAMES[1]!),
    SOCKS_GREETING,
    SOCKS_CONNECT,
    noise(99),
    noise(300),
    hello(NAMES[2]!).subarray(0, 90),
    hello(NAMES[2]!).subarray(90),
  ];
  const dns = emitDnsMessage({ name: NAMES[4]! });
  const quic = emitQuicHello(emitClientHello({ name: NAMES[5]! }), { destinationId: noise(8) });
  for (const [up, down] of pairs) {
    const add = (bytes: Uint8Array, fromInside = true, isCostly = false): void => {
      out.push({ fromInside, bytes, isCostly });
    };
    const ports = { sourcePort: 40_000, destinationPort: 443 };
    const back = { sourcePort: 443, destinationPort: 40_000 };
    const segment = { sequence: 1000, acknowledgement: 2000, flags: TCP_ACK };
    const options = { timestamps: { value: 1, echo: 2 }, maximumSegment: 1460 };
    for (let i = 0; i < 12; i++) {
      add(emitTcp(up, { ...ports, sequence: 999, flags: TCP_SYN, options }));
      add(emitTcp(down, { ...back, ...segment, payload: new Uint8Array(1000) }), false);
    }
    add(emitTcp(down, { ...back, sequence: 1999, acknowledgement: 1000, flags: TCP_SYN | TCP_ACK }), false);
    add(emitTcp(down, { ...back, sequence: 1999, flags: TCP_SYN }), false);
    for (const flags of [0x11, 0x04, 0x14, 0x00, 0xff]) add(emitTcp(up, { ...ports, ...segment, flags }));
    for (const payload of payloads) add(emitTcp(up, { ...ports, ...segment, payload }));
    add(emitTcp(up, { ...segment, sourcePort: 4, destinationPort: 53, payload: emitDnsOverTcp(dns) }));
    add(emitUdp(up, { sourcePort: 4000, destinationPort: 53, payload: dns }));
    for (const payload of quic) add(emitUdp(up, { ...ports, payload }), true, true);
    add(emitIp(up, up.source.includes(":") ? 58 : PROTOCOL_ICMP, noise(40)));
    const tcp = emitTcpSegment(up, { ...ports, ...segment, payload: payloads[0]! });
    const udp = emitUdpDatagram(up, { sourcePort: 4000, destinationPort: 53, payload: dns });
    for (const size of [64, 120]) {
      for (const bytes of emitIpFragments(up, PROTOCOL_TCP, tcp, size)) add(bytes);
      for (const bytes of emitIpFragments(up, PROTOCOL_UDP, udp, size / 4)) add(bytes);
    }
  }
  return out;
}

const EDGES = [0, 1, 0x7f, 0x80, 0xff];

function mutate(bytes: Uint8Array, length: number, random: Random): void {
  // Headers and the beginning of what they carry, mostly.
  const reach = random.next() < 0.8 ? Math.min(length, 120) : length;
  const at = random.integer(0, reach - 1);
  switch (random.integer(0, 3)) {
    case 0:
      bytes[at]! ^= 1 << random.integer(0, 7);
      return;
    case 1:
      bytes[at] = random.integer(0, 255);
      return;
    case 2:
      bytes[at] = random.pick(EDGES);
      if (at + 1 < length) bytes[at + 1] = random.pick(EDGES);
      return;
    default:
      bytes.copyWithin(at, random.integer(0, reach - 1), Math.min(at + 8, length));
  }
}

/** Gives the packet other ends, so that flows differ; at most so many. */
function vary(bytes: Uint8Array, random: Random): void {
  const isV6 = bytes[0]! >> 4 === 6;
  const ports = isV6 ? 40 : 20;
  const low = random.integer(0, 7);
  // The last bytes of both addresses, and one of each port: replies still meet their requests.
  bytes[isV6 ? 23 : 15]! ^= low;
  bytes[isV6 ? 39 : 19]! ^= low;
  bytes[ports + 1]! ^= low;
  bytes[ports + 3]! ^= low;
}

function check(decision: Decision, nowUs: number, tally: FuzzTally): void {
  if (decision.verdict === HOLD) {
    tally.held++;
    if (!(decision.untilUs > nowUs && decision.untilUs < nowUs + 1e9)) throw new Error("held for ever");
  }
  if (decision.flow === DROP_FLOW && decision.verdict !== 1) throw new Error("dropped but this packet");
  if (decision.inject.length > 100) throw new Error("too many packets of its own");
  for (const { bytes } of decision.inject) {
    const length = bytes[0]! >> 4 === 6 ? 40 + bytes[4]! * 256 + bytes[5]! : bytes[2]! * 256 + bytes[3]!;
    if (length > bytes.length) throw new Error("a packet longer than its bytes");
  }
  if (decision.verdict === 1) tally.dropped++;
  if (decision.triggered) tally.triggered++;
  if (decision.replacement) tally.replaced++;
  tally.injected += decision.inject.length;
}

function checkBounds(memory: MiddleboxMemory): void {
  const within =
    memory.flows <= BOUNDS.maxFlows &&
    memory.fragmentedDatagrams <= BOUNDS.maxFragmentedDatagrams &&
    memory.fragmentBytes >= 0 &&
    memory.fragmentBytes <= BOUNDS.maxFragmentBytes &&
    memory.sharedLimiters <= BOUNDS.maxSharedLimiters &&
    memory.taints <= BOUNDS.maxTaints &&
    memory.streams <= BOUNDS.maxStreams;
  if (!within) throw new Error(`beyond its bounds: ${JSON.stringify(memory)}`);
}

/** Throws when a box throws, says something senseless or outgrows its bounds. `progress`: now and then. */
export function fuzzMiddlebox(mutations: number, seed: number, progress: () => void = () => {}): FuzzTally {
  const random = seededRandom(seed);
  const lists = matchers();
  const boxes = CONFIGS.map((config) => new Middlebox(config, lists[0]!, random));
  const seeds = seedPackets();
  const buffer = new Uint8Array(4096);
  const tally: FuzzTally = {
    mutations: 0,
    packets: 0,
    triggered: 0,
    dropped: 0,
    held: 0,
    injected: 0,
    replaced: 0,
    malformed: 0,
    completedDatagrams: 0,
    evictedFlows: 0,
    quicPackets: 0,
  };
  let nowUs = 1e9;
  let ms = 1.6e12;
  let next = 0;
  while (tally.mutations < mutations) {
    // Mostly one after the other, so that fragments and handshakes have a chance.
    next = random.next() < 0.9 ? (next + 1) % seeds.length : random.integer(0, seeds.length - 1);
    const { bytes, fromInside, isCostly } = seeds[next]!;
    if (isCostly && random.next() < 0.95) continue;
    if (isCostly) tally.quicPackets++;
    buffer.set(bytes);
    let length = bytes.length;
    vary(buffer, random);
    for (let i = random.integer(0, 3); i > 0; i--) {
      mutate(buffer, length, random);
      tally.mutations++;
    }
    if (random.next() < 0.05) length = random.integer(0, length);
    nowUs += random.next() < 0.001 ? random.integer(-5_000_000, 60_000_000) : random.integer(0, 50);
    ms += random.next() < 0.0001 ? 700_000 : random.next();
    const isSwapped = random.next() < 0.02;
    for (const box of boxes) {
      check(box.decide(buffer, 0, length, fromInside !== isSwapped, nowUs, ms), nowUs, tally);
      tally.packets++;
    }
    if (random.next() < 0.0005) {
      const matcher = random.pick(lists);
      for (const box of boxes) box.replaceRules(matcher);
    }
    if (random.next() < 0.0005) {
      const health = random.pick(HEALTHS);
      for (const box of boxes) box.health = health;
    }
    if (random.next() < 0.001) {
      for (const box of boxes) checkBounds(box.memory);
      progress();
    }
  }
  for (const { counters } of boxes) {
    tally.malformed += counters.malformedPackets;
    tally.completedDatagrams += counters.completedDatagrams;
    tally.evictedFlows += counters.evictedFlows;
  }
  return tally;
}
