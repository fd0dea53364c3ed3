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
import { Packet, TCP_RST } from "../../src/packet/packet.ts";
import { compileRules } from "../../src/rules/matcher.ts";
import type { Behaviour, End, Outcome } from "./behaviour.ts";
import { BULK_BYTES, RowPackets } from "./row-packets.ts";

const ADDRESSES = {
  4: { client: "10.0.0.1", server: "192.0.2.1", other: "192.0.2.2" },
  6: { client: "2001:db8:1::1", server: "2001:db8:2::1", other: "2001:db8:2::2" },
};
const BULK_PACKETS = 60;
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
  readonly #slot = Buffer.alloc(65_536);
  #nowUs = 0;
  #ms: number;
  readonly #packets: RowPackets;
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
    this.#packets = new RowPackets(behaviour, ADDRESSES[behaviour.ipVersion ?? 4]);
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
          this.#packets.reconnect(step.toOther === true);
          this.#open();
          break;
        default:
          // The kernel decides nothing about what may be a new connection.
          if (step.kind === "syn") this.#kernel = ASK;
          this.#deliver(step.from, this.#packets.bare(step.from, step.kind));
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
    for (const { from, bytes } of this.#packets.handshake()) this.#deliver(from, bytes);
  }

  #pass(us: number): void {
    this.#nowUs += us;
    this.#ms += us / 1e3;
  }

  #send(from: End, payload: Uint8Array): void {
    this.#pass(100);
    this.#deliver(from, this.#packets.data(from, payload), payload.length);
  }

  #sendFragments(from: End, payload: Uint8Array, fragmentBytes: number): void {
    const fragments = this.#packets.fragments(from, payload, fragmentBytes);
    let sent = 0;
    for (const fragment of fragments) {
      const decision = this.#decide(from, fragment);
      // Whole datagrams go on as all of their fragments, and none before the last.
      if (decision.verdict !== DROP) throw new Error("a fragment passed by itself");
      sent += decision.inject.filter(({ toInside }) => toInside === (from === "server")).length;
    }
    if (sent !== 0 && sent !== fragments.length) throw new Error("some fragments only");
    if (sent === 0) this.#lost++;
  }

  /** Sends so many full packets each way, always the same two; how many passed, now or later. */
  #bulk(packets: number): { up: number; down: number } {
    const up = this.#packets.bulk("client");
    const down = this.#packets.bulk("server");
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
    // As the kernel's socket hands packets over: one buffer, filled anew for each.
    this.#slot.set(bytes);
    const decision = this.box.decide(this.#slot, 0, bytes.length, fromInside, this.#nowUs, this.#ms);
    this.#slot.fill(0xaa);
    for (const injected of decision.inject) this.#note(injected.bytes);
    if (decision.flow === DROP_FLOW && decision.verdict !== DROP) throw new Error("dropped but this packet");
    this.#kernel = decision.flow;
    return decision;
  }

  /** Whether the packet passes; what the box does is noted. */
  #deliver(from: End, bytes: Uint8Array, payloadBytes = 0): boolean {
    // What may be dropped is asked about all the same: the box may forget the flow.
    const passed = this.#kernel === PASS_FLOW || this.#passesBox(from, bytes);
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
    const to = packet.destinationPort === this.#packets.clientPort ? "client" : "server";
    if ((packet.flags & TCP_RST) !== 0) this.#resets[to]++;
    else if (packet.payloadLength > 0 && to === "client") this.#pages++;
  }
}
