/**
 * Names in TCP: TLS hellos, HTTP requests and DNS messages that begin where a segment begins.
 * A whole one is read in place and leaves nothing behind. One that goes on is held until it is whole, its segments in
 * any order. A segment that comes before the first byte is held too where the flow's SYN was seen; without the SYN
 * only segments in order are put together. What a snap length cut off is never guessed.
 * Bounds: MAX_HELD_FLOWS of at most 64 KiB, MAX_HELD_BYTES together (oldest forgotten); YoungFlows' own.
 */
import { sequenceAdd, sequenceDistance } from "../base/sequence.ts";
import { Assembly } from "./assembly.ts";
import { DNS_PORT, isStrictDns, readDnsOverTcp } from "./dns.ts";
import { FlowKey, hashFlow, hashText, mixHash, wideHash } from "./flow-key.ts";
import { FlowTable } from "./flow-table.ts";
import { beginsLikeRequest, readHttpRequest } from "./http.ts";
import type { NameEmitter, NameProtocol } from "./names.ts";
import type { Packet } from "./packet.ts";
import { TCP_ACK, TCP_SYN } from "./packet.ts";
import type { RecentNames } from "./recent-names.ts";
import { beginsLikeHello, readHelloRecords } from "./tls.ts";
import { YoungFlows } from "./young-flows.ts";

export const MAX_HELD_FLOWS = 65_536;
export const MAX_HELD_BYTES = 64 * 1024 * 1024;
/** Data further ahead of a flow's beginning than this says that the beginning will not come. */
const MAX_AHEAD_BYTES = 65_536;
/** Data further behind than this belongs to another connection with the same ports. */
const MAX_BEHIND_BYTES = 1 << 20;

const LOW_SEED = 0x6c6f7721;
const HIGH_SEED = 0x68696768;
const PORT_SLOTS = 16_384;

interface HeldFlow {
  readonly hash: number;
  readonly key: FlowKey;
  readonly assembly: Assembly;
  readonly portSlot: number;
  /** Sequence number of the assembly's base. */
  base: number;
  /** Length of the prefix below which another look is useless. */
  needed: number;
  counted: number;
}

/** What a reader says of the bytes from a flow's beginning. */
interface Outcome {
  /** More bytes are needed, at least so many; 0 ends the flow. */
  more: number;
  /** Bytes that are done with; may lie beyond those that are there. */
  used: number;
}
const DONE: Outcome = { more: 0, used: 0 };

export class TcpNames {
  /** How many flows wait (held or young) by their ports: nearly every packet is dismissed by a 0 here. */
  readonly #waiting = new Uint32Array(PORT_SLOTS);
  readonly #held = new FlowTable<HeldFlow>(MAX_HELD_FLOWS, MAX_HELD_BYTES, (flow) => {
    this.#waiting[flow.portSlot]!--;
  });
  readonly #young = new YoungFlows((slot) => {
    this.#waiting[slot]!--;
  });
  readonly #recent: RecentNames;

  constructor(recent: RecentNames) {
    this.#recent = recent;
  }

  get heldFlows(): number {
    return this.#held.size;
  }

  get heldBytes(): number {
    return this.#held.bytes;
  }

  get evictedFlows(): number {
    return this.#held.evicted;
  }

  /** Whether some flow with these ports waits for more data. */
  waits(packet: Packet): boolean {
    return this.#waiting[portSlot(packet)] !== 0;
  }

  /** Takes a SYN: who sent it will begin with the byte after it. */
  open(packet: Packet): void {
    // Only the side that opens the connection speaks first, except that a resolver's answers name the question too.
    if ((packet.flags & TCP_ACK) !== 0 && packet.sourcePort !== DNS_PORT) return;
    const slot = portSlot(packet);
    const low = hashFlow(packet, LOW_SEED);
    const high = hashFlow(packet, HIGH_SEED);
    const firstByte = sequenceAdd(packet.sequence, 1);
    if (this.#waiting[slot] !== 0) {
      const held = this.#held.get(wideHash(low, high), packet);
      if (held && held.base === firstByte) return;
      if (held) this.#held.remove(held);
    }
    if (this.#young.remember(low, high, firstByte, slot)) this.#waiting[slot]!++;
  }

  /** Takes a segment with data. */
  read(packet: Packet, emit: NameEmitter): void {
    const sequence = (packet.flags & TCP_SYN) !== 0 ? sequenceAdd(packet.sequence, 1) : packet.sequence;
    if (this.waits(packet)) {
      const low = hashFlow(packet, LOW_SEED);
      const high = hashFlow(packet, HIGH_SEED);
      const held = this.#held.get(wideHash(low, high), packet);
      if (held) {
        if (this.#continue(held, packet, sequence, emit)) return;
      } else {
        const place = this.#young.find(low, high);
        if (place >= 0 && this.#first(place, packet, sequence, emit)) return;
      }
    }
    this.#begin(packet, sequence, emit);
  }

  /** A segment of a held flow. False when it belongs to another connection. */
  #continue(flow: HeldFlow, packet: Packet, sequence: number, emit: NameEmitter): boolean {
    const offset = sequenceDistance(flow.base, sequence);
    if (offset < -MAX_BEHIND_BYTES || offset > MAX_AHEAD_BYTES) {
      this.#held.remove(flow);
      return false;
    }
    // A flow may wait for a segment that was never captured: what is whole by itself does not wait with it.
    if (offset > flow.assembly.prefix && this.#readWhole(packet, sequence, emit)) return true;
    this.#hold(flow, offset, packet, packet.payloadOffset, emit);
    return true;
  }

  /** Data of a young flow. False when it is the beginning, or nothing that will have one. */
  #first(place: number, packet: Packet, sequence: number, emit: NameEmitter): boolean {
    const firstByte = this.#young.firstByte(place);
    const offset = sequenceDistance(firstByte, sequence);
    if (offset > 0 && offset <= MAX_AHEAD_BYTES) {
      if (this.#readWhole(packet, sequence, emit)) return true;
      this.#young.forget(place);
      const flow = this.#heldFlow(packet, firstByte);
      this.#hold(flow, offset, packet, packet.payloadOffset, emit);
      return true;
    }
    // A keep-alive probe (RFC 9293, section 3.8.4) sends the byte before the first.
    if (offset < 0 && offset >= -MAX_AHEAD_BYTES) return offset + packet.payloadLength <= 0;
    this.#young.forget(place);
    return false;
  }

  /** A segment of a flow that nobody knows. */
  #begin(packet: Packet, sequence: number, emit: NameEmitter): void {
    const { bytes, payloadOffset: start } = packet;
    const end = start + packet.payloadCaptured;
    const outcome = this.#look(bytes, start, end, packet, sequence, emit);
    if (outcome.more === 0 && start + outcome.used <= end) {
      if (outcome === DONE) this.#readLoneDns(packet, sequence, emit);
      return;
    }
    if (packet.payloadCaptured < packet.payloadLength) return;
    const flow = this.#heldFlow(packet, sequenceAdd(sequence, outcome.used));
    flow.needed = Math.max(0, end - start - outcome.used) + outcome.more;
    this.#hold(flow, -outcome.used, packet, start, emit);
  }

  #heldFlow(packet: Packet, base: number): HeldFlow {
    const slot = portSlot(packet);
    const hash = wideHash(hashFlow(packet, LOW_SEED), hashFlow(packet, HIGH_SEED));
    const flow: HeldFlow = {
      hash,
      key: new FlowKey(packet),
      assembly: new Assembly(),
      portSlot: slot,
      base,
      needed: 0,
      counted: 0,
    };
    this.#waiting[slot]!++;
    this.#held.add(flow);
    return flow;
  }

  /** Adds a segment's captured bytes to a held flow, and reads what is whole then. */
  #hold(flow: HeldFlow, offset: number, packet: Packet, start: number, emit: NameEmitter): void {
    const { assembly } = flow;
    if (!assembly.add(offset, packet.bytes, start, start + packet.payloadCaptured)) {
      this.#held.remove(flow);
      return;
    }
    for (let prefix = assembly.prefix; prefix > 0 && prefix >= flow.needed; prefix = assembly.prefix) {
      const outcome = this.#look(assembly.bytes, 0, prefix, packet, flow.base, emit, flow);
      if (outcome.more === 0 && outcome.used === 0) {
        this.#held.remove(flow);
        return;
      }
      flow.needed = Math.max(0, prefix - outcome.used) + outcome.more;
      if (outcome.used === 0) break;
      flow.base = sequenceAdd(flow.base, outcome.used);
      assembly.discard(outcome.used);
      // Where the next message begins with a segment, no state is needed to find it.
      if (assembly.empty && outcome.used <= prefix) {
        this.#held.remove(flow);
        return;
      }
    }
    this.#held.count(flow);
  }

  /** Whether the segment by itself holds a whole name, which is emitted. */
  #readWhole(packet: Packet, sequence: number, emit: NameEmitter): boolean {
    const { bytes, payloadOffset: start } = packet;
    const end = start + packet.payloadCaptured;
    if (end - start < 16) return false;
    let name: string | undefined;
    let target: string | undefined;
    let protocol: NameProtocol = "tls";
    if (beginsLikeHello(bytes, start, end)) {
      const reading = readHelloRecords(bytes, start, end);
      if (reading.kind === "name") name = reading.name;
    } else if (beginsLikeRequest(bytes, start, end)) {
      const reading = readHttpRequest(bytes, start, end);
      if (reading.kind === "name") ({ name, target } = reading);
      protocol = "http";
    }
    if (name === undefined) return false;
    this.#announce(protocol, name, packet, sequence, emit, target);
    return true;
  }

  /**
   * Looks at a stream's beginning, bytes[start, end), whose first byte has this sequence number, and emits what is
   * whole. A held flow that is done with is removed before its name is emitted.
   */
  #look(
    bytes: Uint8Array,
    start: number,
    end: number,
    packet: Packet,
    sequence: number,
    emit: NameEmitter,
    flow?: HeldFlow,
  ): Outcome {
    if (beginsLikeHello(bytes, start, end)) {
      const reading = readHelloRecords(bytes, start, end);
      if (reading.kind === "need-more") return { more: reading.bytes, used: 0 };
      if (flow) this.#held.remove(flow);
      if (reading.kind === "name") this.#announce("tls", reading.name, packet, sequence, emit);
      return DONE;
    }
    if (beginsLikeRequest(bytes, start, end)) {
      const reading = readHttpRequest(bytes, start, end);
      if (reading.kind === "need-more") return { more: reading.bytes, used: 0 };
      if (flow) this.#held.remove(flow);
      if (reading.kind === "name") {
        this.#announce("http", reading.name, packet, sequence, emit, reading.target);
      }
      return DONE;
    }
    if (packet.sourcePort !== DNS_PORT && packet.destinationPort !== DNS_PORT) return DONE;
    return this.#lookForDns(bytes, start, end, packet, sequence, emit);
  }

  /** Every DNS message in the range: several may follow each other (RFC 7766, section 6.2.1). */
  #lookForDns(
    bytes: Uint8Array,
    start: number,
    end: number,
    packet: Packet,
    sequence: number,
    emit: NameEmitter,
  ): Outcome {
    let at = start;
    while (at < end) {
      const reading = readDnsOverTcp(bytes, at, end);
      if (reading.kind === "not-dns") return DONE;
      if (reading.kind === "need-more") return { more: reading.bytes, used: at - start };
      const first = sequenceAdd(sequence, at - start);
      for (const name of reading.names) this.#announce("dns", name, packet, first, emit);
      at += reading.messageBytes;
    }
    return { more: 0, used: at - start };
  }

  /** One DNS message that fills a segment, on any port. */
  #readLoneDns(packet: Packet, sequence: number, emit: NameEmitter): void {
    const { bytes, payloadOffset: start, payloadLength } = packet;
    if (payloadLength < 3 || packet.payloadCaptured < payloadLength) return;
    if (((bytes[start]! << 8) | bytes[start + 1]!) !== payloadLength - 2) return;
    const end = start + payloadLength;
    if (!isStrictDns(bytes, start + 2, end)) return;
    const reading = readDnsOverTcp(bytes, start, end);
    if (reading.kind !== "questions") return;
    for (const name of reading.names) this.#announce("dns", name, packet, sequence, emit);
  }

  /** Emits a name that begins at this sequence number, unless it was sent before. */
  #announce(
    protocol: NameProtocol,
    name: string,
    packet: Packet,
    sequence: number,
    emit: NameEmitter,
    target?: string,
  ): void {
    const what = mixHash(sequence, hashText(name));
    const place = mixHash(hashFlow(packet, LOW_SEED), what);
    if (this.#recent.isNew(place, mixHash(hashFlow(packet, HIGH_SEED), what))) {
      emit(protocol, name, packet, target);
    }
  }
}

function portSlot(packet: Packet): number {
  return (Math.imul(packet.sourcePort, 0x9e3779b1) >>> 18) ^ (packet.destinationPort & (PORT_SLOTS - 1));
}
