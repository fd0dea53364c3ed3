/**
 * `node --import tsx test/bench/middlebox.ts`: what the middlebox costs, without kernel and driver. New flows (SYN, ACK,
 * hello each) against 10,000 names, packets of flows that are policed, and packets of flows that are let through.
 * Prints ns a packet and a flow, the median of RUNS after a warm-up, and which part of a core 100,000 new flows a
 * second take. Nothing is asserted.
 */
import { cpus } from "node:os";
import { seededRandom } from "../../src/base/random.ts";
import { Middlebox } from "../../src/lab/middlebox/middlebox.ts";
import { emitTcp } from "../../src/packet/emit-tcp.ts";
import { TCP_ACK, TCP_SYN } from "../../src/packet/packet.ts";
import { compileRules } from "../../src/rules/matcher.ts";
import { FULL_SEGMENT_BYTES, hello } from "../middlebox/payloads.ts";
import { byName, POLICE } from "../middlebox/rules.ts";

const RUNS = 7;
const FLOWS = 200_000;
const SERVER = "192.0.2.1";
/** Offsets in an IPv4 packet without options. */
const SOURCE_AT = 12;
const SOURCE_PORT_AT = 20;

const rules = byName(
  POLICE,
  "*twitter.com",
  ...Array.from({ length: 10_000 }, (_, i) => `*.site-${i}.example`),
);
const matcher = compileRules(rules);

function packet(fromClient: boolean, flags: number, payload = new Uint8Array(0) as Uint8Array): Uint8Array {
  const ends = { source: "10.0.0.1", destination: SERVER };
  const ip = fromClient ? ends : { source: ends.destination, destination: ends.source };
  const [sourcePort, destinationPort] = fromClient ? [1, 443] : [443, 1];
  return emitTcp(ip, { sourcePort, destinationPort, sequence: 1, acknowledgement: 1, flags, payload });
}

/** Makes the packet one of another flow: the checksum is not looked at. */
function setClient(bytes: Uint8Array, flow: number, addressAt: number, portAt: number): void {
  bytes[addressAt + 1] = flow >>> 16;
  bytes[portAt] = flow >>> 8;
  bytes[portAt + 1] = flow & 0xff;
}

function newFlows(name: string): { ns: number; packets: number; flows: number } {
  const box = new Middlebox({}, matcher, seededRandom(1));
  const packets = [packet(true, TCP_SYN), packet(true, TCP_ACK), packet(true, TCP_ACK, hello(name))];
  const start = process.hrtime.bigint();
  for (let flow = 0; flow < FLOWS; flow++) {
    for (const bytes of packets) {
      setClient(bytes, flow, SOURCE_AT, SOURCE_PORT_AT);
      box.decide(bytes, 0, bytes.length, true, flow, 0);
    }
  }
  return { ns: Number(process.hrtime.bigint() - start), packets: 3 * FLOWS, flows: FLOWS };
}

/** Full segments to the clients of so many flows in turn, each policed or not. */
function transfer(name: string, flows: number): { ns: number; packets: number; flows: number } {
  const box = new Middlebox({}, matcher, seededRandom(1));
  const opening = [packet(true, TCP_SYN), packet(true, TCP_ACK), packet(true, TCP_ACK, hello(name))];
  for (let flow = 0; flow < flows; flow++) {
    for (const bytes of opening) {
      setClient(bytes, flow, SOURCE_AT, SOURCE_PORT_AT);
      box.decide(bytes, 0, bytes.length, true, 0, 0);
    }
  }
  const bytes = packet(false, TCP_ACK, new Uint8Array(FULL_SEGMENT_BYTES));
  const packets = 1_000_000;
  const start = process.hrtime.bigint();
  for (let i = 0; i < packets; i++) {
    setClient(bytes, i % flows, SOURCE_AT + 4, SOURCE_PORT_AT + 2);
    box.decide(bytes, 0, bytes.length, false, i, 0);
  }
  return { ns: Number(process.hrtime.bigint() - start), packets, flows };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}

const CASES: readonly (readonly [string, () => { ns: number; packets: number; flows: number }])[] = [
  ["new flows, no rule matches", () => newFlows("www.example.org")],
  ["new flows, all policed", () => newFlows("api.twitter.com")],
  ["1,000 policed flows", () => transfer("twitter.com", 1000)],
  ["1,000 flows let through", () => transfer("www.example.org", 1000)],
];

console.log(
  `node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"})`,
);
for (const [title, run] of CASES) {
  run();
  const results = Array.from({ length: RUNS }, run);
  const ns = median(results.map((result) => result.ns));
  const { packets, flows } = results[0]!;
  const perFlow = flows === FLOWS ? `, ${(ns / flows).toFixed(0)} ns a flow` : "";
  const share =
    flows === FLOWS
      ? `, 100,000 flows/s take ${((ns / flows / 1e9) * 1e5 * 100).toFixed(1)} % of a core`
      : "";
  console.log(`${title}: ${(ns / packets).toFixed(0)} ns a packet${perFlow}${share}`);
}
