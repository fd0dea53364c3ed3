/**
 * One flow of a behaviour over the kernel: sends what the script says from both ends, sees what arrives, and names the
 * outcome as replay.ts does in memory. Times are the packet clock's; only differences of seconds matter. Idle minutes pass
 * on the scenario clock only, for the packet clock is real: buckets are no fuller after them, and no row depends on it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { packetClockUs } from "../../src/lab/clock/clocks.ts";
import { type Packet, TCP_ACK, TCP_RST } from "../../src/packet/packet.ts";
import type { End, Outcome, Step } from "../middlebox/behaviour.ts";
import { BULK_BYTES, RowPackets } from "../middlebox/row-packets.ts";
import type { BehaviourClock } from "./behaviour-clock.ts";
import type { Ends } from "./behaviour-ends.ts";
import type { Lane } from "./behaviour-network.ts";
import type { Turns } from "./behaviour-turns.ts";

const BULK_PACKETS = 60;
const BULK_STEP_MS = 1.6;
const MINUTE_MS = 60_000;
/** What crosses the network at all does so in this time, unless a box holds it. */
const CROSSING_MS = 500;
/** The same, for the last packets of a row: both directions at once. */
const LATE_MS = 1500;
/** Longer than the longest hold of a slow handshake. */
const HOLD_MS = 5500;
/** A bucket of 650 bytes/s has two packets again, and a shaper of 130 kbit/s has let 60 packets go (5.2 s). */
const PATIENCE_MS = 6500;
const LONG_HOLD_US = 1e6;
/** Between a handful of packets and the least freeze. */
const FREEZE_BYTES = 13_000;

interface BulkCounts {
  up: number;
  down: number;
  lastUpUs: number;
  /** When the last was sent. */
  sentUs: number;
}

export class KernelFlow {
  readonly packets: RowPackets;
  readonly #lane: Lane;
  readonly #ends: Ends;
  readonly #clock: BehaviourClock;
  readonly #bulkTurns: Turns;
  #sent = 0;
  #arrived = 0;
  #sentAtUs = new Map<string, number>();
  #longestHoldUs = 0;
  #resets = { client: 0, server: 0 };
  #pages = 0;
  #bulk: BulkCounts = { up: 0, down: 0, lastUpUs: 0, sentUs: 0 };
  /** Of the fragments that arrived: hop limits. */
  readonly fragmentHopLimits: number[] = [];

  constructor(lane: Lane, clientPort: number, ends: Ends, clock: BehaviourClock, bulkTurns: Turns) {
    this.#lane = lane;
    this.#ends = ends;
    this.#clock = clock;
    this.#bulkTurns = bulkTurns;
    this.packets = new RowPackets(lane.row, lane.addresses, clientPort);
  }

  async run(): Promise<Outcome> {
    await this.open();
    for (const step of this.#lane.row.steps) await this.#step(step);
    return await this.outcome();
  }

  async open(): Promise<void> {
    this.#sent = this.#arrived = this.#longestHoldUs = this.#pages = 0;
    this.#sentAtUs.clear();
    this.#resets = { client: 0, server: 0 };
    for (const { from, bytes } of this.packets.handshake()) await this.deliver(from, [bytes]);
  }

  async #step(step: Step): Promise<void> {
    const { packets } = this;
    switch (step.kind) {
      case "send":
        await this.deliver(
          step.from,
          step.pieces.map((piece) => packets.data(step.from, piece)),
        );
        break;
      case "fragments":
        await this.deliverFragments(step.from, packets.fragments(step.from, step.bytes, step.fragmentBytes));
        break;
      case "idle":
        await this.#clock.until(this.#clock.ms + step.minutes * MINUTE_MS);
        break;
      case "transfer":
        for (let minute = 0; minute < step.minutes; minute++) {
          await this.#sendBulk(2, CROSSING_MS);
          await this.#clock.until(this.#clock.ms + MINUTE_MS);
        }
        break;
      case "reconnect":
        // What the box still holds belongs to the old connection.
        await this.#until(() => this.#arrived >= this.#sent, HOLD_MS);
        packets.reconnect(step.toOther === true);
        await this.open();
        break;
      default:
        await this.deliver(step.from, [packets.bare(step.from, step.kind)]);
    }
  }

  /** Sends packets one after the other and waits until they are there, or should be. */
  async deliver(from: End, packets: readonly Uint8Array[]): Promise<void> {
    for (const packet of packets) {
      this.#sentAtUs.set(sentKey(from, packet), packetClockUs());
      this.#sent++;
      this.#send(from, packet);
    }
    await this.#until(() => this.#arrived >= this.#sent, CROSSING_MS);
  }

  /** All of them count as one packet: they arrive together, as fragments, or not at all. */
  async deliverFragments(from: End, fragments: readonly Uint8Array[]): Promise<void> {
    this.#sent++;
    for (const fragment of fragments) this.#send(from, fragment);
    await this.#until(() => this.fragmentHopLimits.length >= fragments.length, CROSSING_MS);
    if (this.fragmentHopLimits.length === fragments.length) this.#arrived++;
    else if (this.fragmentHopLimits.length > 0)
      throw new Error(
        `${this.fragmentHopLimits.length} of ${fragments.length} fragments: ${this.fragmentHopLimits}`,
      );
  }

  #send(from: End, packet: Uint8Array): void {
    this.#ends.send(from === "client" ? this.#lane.clientHost : this.#lane.serverHost, packet);
  }

  /** A packet of this flow's addresses reached an end. */
  notice(to: End, packet: Packet): void {
    if (packet.isFragment) {
      this.fragmentHopLimits.push(packet.hopLimit);
      return;
    }
    const port = to === "client" ? packet.destinationPort : packet.sourcePort;
    if (!packet.hasTransport || port !== this.packets.clientPort) return;
    const { bytes, flags, payloadOffset, payloadLength } = packet;
    if ((flags & (TCP_RST | TCP_ACK)) === (TCP_RST | TCP_ACK)) this.#resets[to]++;
    else if (payloadLength === BULK_BYTES) {
      if (to === "server") {
        this.#bulk.up++;
        this.#bulk.lastUpUs = packetClockUs();
      } else this.#bulk.down++;
    } else if (
      to === "client" &&
      payloadLength >= 5 &&
      Buffer.from(bytes).toString("latin1", payloadOffset, payloadOffset + 5) === "HTTP/"
    ) {
      this.#pages++;
    } else {
      this.#arrived++;
      const sentUs = this.#sentAtUs.get(arrivalKey(to, packet));
      if (sentUs !== undefined) {
        this.#longestHoldUs = Math.max(this.#longestHoldUs, packetClockUs() - sentUs);
      }
    }
  }

  async outcome(): Promise<Outcome> {
    await this.#until(() => this.#arrived >= this.#sent || this.#resets.client + this.#pages > 0, HOLD_MS);
    if (this.#pages > 0) return "page";
    const lost = this.#arrived < this.#sent;
    const first = await this.#bulkTurns.take(() => this.#sendBulk(BULK_PACKETS, 0));
    await this.#until(() => first.up >= BULK_PACKETS && first.down >= BULK_PACKETS, PATIENCE_MS);
    const isShaped = first.lastUpUs - first.sentUs > LONG_HOLD_US;
    const { up, down } = first;
    const late = await this.#sendBulk(2, LATE_MS);
    if (this.#resets.client > 0) return this.#resets.server > 0 ? "reset" : "cut";
    if (late.up + late.down === 0) {
      if (down * BULK_BYTES >= FREEZE_BYTES) return "frozen";
      return lost ? "blocked" : "blocked-after-trigger";
    }
    const isDownLimited = down < BULK_PACKETS;
    if (isShaped && up === BULK_PACKETS) return isDownLimited ? "shaped-up-throttled-down" : "shaped-up";
    if (isDownLimited) return up < BULK_PACKETS ? "throttled" : "throttled-down";
    if (this.#longestHoldUs >= LONG_HOLD_US) return "delayed";
    return lost ? "swallowed" : "free";
  }

  /** Full packets each way, always the same two; what arrived of them, counted on. */
  async #sendBulk(packets: number, waitMs: number): Promise<BulkCounts> {
    const up = this.packets.bulk("client");
    const down = this.packets.bulk("server");
    const counts: BulkCounts = { up: 0, down: 0, lastUpUs: 0, sentUs: 0 };
    this.#bulk = counts;
    for (let i = 0; i < packets; i++) {
      this.#send("client", up);
      this.#send("server", down);
      await sleep(BULK_STEP_MS);
    }
    counts.sentUs = packetClockUs();
    await this.#until(() => counts.up >= packets && counts.down >= packets, waitMs);
    return counts;
  }

  async #until(isReached: () => boolean, atMostMs: number): Promise<void> {
    const deadlineUs = packetClockUs() + atMostMs * 1000;
    while (!isReached() && packetClockUs() < deadlineUs) await sleep(2);
  }
}

/** A packet at both ends: direction, flags, sequence number, length. Behind IPv4 and IPv6 headers without options. */
function sentKey(from: End, packet: Uint8Array): string {
  const isV6 = packet[0]! >> 4 === 6;
  const at = isV6 ? 40 : 20;
  if (packet[isV6 ? 6 : 9] !== 6) return `${from},udp,${packet.length}`;
  const sequence = new DataView(packet.buffer, packet.byteOffset).getUint32(at + 4);
  return `${from},${packet[at + 13]},${sequence},${packet.length}`;
}

function arrivalKey(to: End, { flags, sequence, ipLength, protocol }: Packet): string {
  const from = to === "client" ? "server" : "client";
  return protocol === 6 ? `${from},${flags},${sequence},${ipLength}` : `${from},udp,${ipLength}`;
}
