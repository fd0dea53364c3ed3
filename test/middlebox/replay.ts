/** Replays a behaviour through a Middlebox in memory: builds the packets, carries the decisions out, names the outcome. */
import { seededRandom } from "../../src/base/random.ts";
import {
  ASK,
  type Decision,
  DROP,
  DROP_FLOW,
  type FlowVerdict,
  HOLD,
  PASS_FLOW,
} from "../../src/lab/middlebox/decision.ts";
import { Middlebox } from "../../src/lab/middlebox/middlebox.ts";
import { decodeNetwork } from "../../src/packet/decode.ts";
import { emitIpFragments, type IpHeader } from "../../src/packet/emit-ip.ts";
import { emitTcp, emitTcpSegment } from "../../src/packet/emit-tcp.ts";
import { emitUdp } from "../../src/packet/emit-udp.ts";
import {
  Packet,
  PROTOCOL_TCP,
  TCP_ACK,
  TCP_FIN,
  TCP_PSH,
  TCP_RST,
  TCP_SYN,
} from "../../src/packet/packet.ts";
import { compileRules } from "../../src/rules/matcher.ts";
import type { Behaviour, End, Outcome } from "./behaviour.ts";

const ADDRESSES = {
  4: { client: "10.0.0.1", server: "192.0.2.1", other: "192.0.2.2" },
  6: { client: "2001:db8:1::1", server: "2001:db8:2::1", other: "2001:db8:2::2" },
};
const BULK_PACKETS = 60;
const BULK_BYTES = 1400;
const BULK_STEP_US = 1600;
const PATIENCE_US = 10e6;
const MINUTE_MS = 60_000;
const LONG_HOLD_US = 1e6;
/** Between a handful of packets and the least freeze. */
const FREEZE_BYTES = 13_000;

export class ReplayedFlow {
  readonly box: Middlebox;
  readonly #behaviour: Behaviour;
  readonly #packet = new Packet();
  #nowUs = 0;
  #ms: number;
  #clientPort = 40_000;
  #server: "server" | "other" = "server";
  readonly #next = { client: 1000, server: 5_000_000 };
  /** What the box has left to the kernel. */
  #kernel: FlowVerdict = ASK;
  /** What was seen of the present connection. */
  #resets = { client: 0, server: 0 };
  #pages = 0;
  #cuts = 0;
  #longestHoldUs = 0;
  #lost = 0;
  #payloadDown = 0;

  constructor(behaviour: Behaviour, seed: number) {
    this.#behaviour = behaviour;
    this.#ms = behaviour.startMs;
    this.box = new Middlebox(
      { maxFlows: 64, ...behaviour.config },
      compileRules(behaviour.rules),
      seededRandom(seed),
    );
  }

  run(): Outcome {
    this.#open();
    for (const step of this.#behaviour.steps) {
      this.#pass(10_000);
      switch (step.kind) {
        case "send":
          for (const piece of step.pieces) this.#send(step.from, piece);
          break;
        case "fragments":
          this.#sendFragments(step.from, step.bytes, step.fragmentBytes);
          break;
        case "idle":
          this.#pass(step.minutes * MINUTE_MS * 1e3);
          break;
        case "transfer":
          for (let minute = 0; minute < step.minutes; minute++) {
            this.#bulk(2);
            this.#pass(MINUTE_MS * 1e3);
          }
          break;
        case "reconnect":
          this.#clientPort++;
          if (step.toOther) this.#server = "other";
          this.#open();
          break;
        default:
          this.#deliver(
            step.from,
            this.#segment(step.from, { fin: TCP_FIN | TCP_ACK, rst: TCP_RST, syn: TCP_SYN }[step.kind]),
          );
      }
    }
    return this.#outcome();
  }

  #outcome(): Outcome {
    if (this.#pages > 0) return "page";
    const held = this.#longestHoldUs;
    this.#pass(Math.max(200_000, held));
    const lost = this.#lost;
    this.#longestHoldUs = 0;
    const before = this.#payloadDown;
    const first = this.#bulk(BULK_PACKETS);
    const bulkHold = this.#longestHoldUs;
    const bulkBytes = this.#payloadDown - before;
    this.#pass(PATIENCE_US);
    const late = this.#bulk(2);
    if (this.#cuts > 0) return "cut";
    if (this.#resets.client > 0 && this.#resets.server > 0) return "reset";
    if (late.up + late.down === 0) {
      if (bulkBytes >= FREEZE_BYTES) return "frozen";
      return lost > 0 ? "blocked" : "blocked-after-trigger";
    }
    const isDownLimited = first.down < BULK_PACKETS;
    if (bulkHold > 0) return isDownLimited ? "shaped-up-throttled-down" : "shaped-up";
    if (isDownLimited) return first.up < BULK_PACKETS ? "throttled" : "throttled-down";
    if (held >= LONG_HOLD_US) return "delayed";
    return lost > 0 ? "swallowed" : "free";
  }

  #open(): void {
    this.#kernel = ASK;
    this.#resets = { client: 0, server: 0 };
    this.#pages = this.#cuts = this.#longestHoldUs = this.#lost = 0;
    if (this.#behaviour.transport === "udp") return;
    const opener = this.#behaviour.opener ?? "client";
    const other = opener === "client" ? "server" : "client";
    this.#deliver(opener, this.#segment(opener, TCP_SYN));
    this.#next[opener]++;
    this.#deliver(other, this.#segment(other, TCP_SYN | TCP_ACK));
    this.#next[other]++;
    this.#deliver(opener, this.#segment(opener, TCP_ACK));
  }

  #pass(us: number): void {
    this.#nowUs += us;
    this.#ms += us / 1e3;
  }

  #header(from: End): IpHeader {
    const addresses = ADDRESSES[this.#behaviour.ipVersion ?? 4];
    const server = addresses[this.#server];
    return from === "client"
      ? { source: addresses.client, destination: server, identification: 7, hopLimit: 61 }
      : { source: server, destination: addresses.client, identification: 8, hopLimit: 55 };
  }

  #ports(from: End): { sourcePort: number; destinationPort: number } {
    const server = this.#behaviour.serverPort ?? 443;
    return from === "client"
      ? { sourcePort: this.#clientPort, destinationPort: server }
      : { sourcePort: server, destinationPort: this.#clientPort };
  }

  #tcp(from: End, flags: number, payload: Uint8Array) {
    const other = from === "client" ? "server" : "client";
    return {
      ...this.#ports(from),
      sequence: this.#next[from],
      acknowledgement: (flags & TCP_ACK) !== 0 ? this.#next[other] : 0,
      flags,
      payload,
    };
  }

  #segment(from: End, flags: number, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
    return emitTcp(this.#header(from), this.#tcp(from, flags, payload));
  }

  #data(from: End, payload: Uint8Array): Uint8Array {
    return this.#behaviour.transport === "udp"
      ? emitUdp(this.#header(from), { ...this.#ports(from), payload })
      : this.#segment(from, TCP_ACK | TCP_PSH, payload);
  }

  #send(from: End, payload: Uint8Array): void {
    this.#pass(100);
    this.#deliver(from, this.#data(from, payload), payload.length);
    this.#next[from] += payload.length;
  }

  #sendFragments(from: End, payload: Uint8Array, fragmentBytes: number): void {
    const header = this.#header(from);
    const segment = emitTcpSegment(header, this.#tcp(from, TCP_ACK | TCP_PSH, payload));
    const fragments = emitIpFragments(header, PROTOCOL_TCP, segment, fragmentBytes);
    let sent = 0;
    for (const fragment of fragments) {
      const decision = this.#decide(from, fragment);
      // Whole datagrams go on as all of their fragments, and none before the last.
      if (decision.verdict !== DROP) throw new Error("a fragment passed by itself");
      sent += decision.inject.filter(({ toInside }) => toInside === (from === "server")).length;
    }
    if (sent !== 0 && sent !== fragments.length) throw new Error("some fragments only");
    this.#next[from] += payload.length;
    if (sent === 0) this.#lost++;
  }

  /** Sends so many full packets each way, always the same two; how many passed, now or later. */
  #bulk(packets: number): { up: number; down: number } {
    const payload = new Uint8Array(BULK_BYTES).fill(0x17);
    const up = this.#data("client", payload);
    const down = this.#data("server", payload);
    const passed = { up: 0, down: 0 };
    for (let i = 0; i < packets; i++) {
      if (this.#deliver("client", up, BULK_BYTES)) passed.up++;
      if (this.#deliver("server", down, BULK_BYTES)) passed.down++;
      this.#pass(BULK_STEP_US);
    }
    return passed;
  }

  #decide(from: End, bytes: Uint8Array): Decision {
    const fromInside = from === "client" || this.#behaviour.isInsideOnly === true;
    const decision = this.box.decide(bytes, 0, bytes.length, fromInside, this.#nowUs, this.#ms);
    for (const injected of decision.inject) this.#note(injected.bytes);
    if (decision.flow === DROP_FLOW && decision.verdict !== DROP) throw new Error("dropped but this packet");
    this.#kernel = decision.flow;
    return decision;
  }

  /** Whether the packet passes; what the box does is noted. */
  #deliver(from: End, bytes: Uint8Array, payloadBytes = 0): boolean {
    const passed = this.#kernel === ASK ? this.#passesBox(from, bytes) : this.#kernel === PASS_FLOW;
    if (!passed) this.#lost++;
    else if (from === "server") this.#payloadDown += payloadBytes;
    return passed;
  }

  #passesBox(from: End, bytes: Uint8Array): boolean {
    const decision = this.#decide(from, bytes);
    if (decision.replacement) this.#cuts++;
    if (decision.verdict === HOLD) {
      this.#longestHoldUs = Math.max(this.#longestHoldUs, decision.untilUs - this.#nowUs);
    }
    return decision.verdict !== DROP && !decision.replacement;
  }

  /** What the box sends by itself. */
  #note(bytes: Uint8Array): void {
    const packet = this.#packet;
    packet.bytes = bytes;
    packet.start = 0;
    packet.end = bytes.length;
    if (!decodeNetwork(packet, 0, bytes.length) || packet.isFragment) return;
    const to = packet.destinationPort === this.#clientPort ? "client" : "server";
    if ((packet.flags & TCP_RST) !== 0) this.#resets[to]++;
    else if (packet.payloadLength > 0 && to === "client") this.#pages++;
  }
}
