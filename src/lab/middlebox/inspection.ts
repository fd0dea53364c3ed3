/**
 * Looking for a name in the packets of a flow, and when to stop (Xue et al., IMC 2021). The first payload decides
 * whether the box goes on (first-payload.ts); then so many further payload-carrying packets of a sender are looked at
 * as the flow's window says, and when either sender has used it up the box looks at neither. That packets are counted
 * by sender is a choice: it makes "plain HTTP or SOCKS proxy" fail as evasion with every window, as published.
 * UDP: QUIC Initials of the inside end within the same window; questions to a resolver always.
 */
import { sequenceAdd, sequenceDistance } from "../../base/sequence.ts";
import { DNS_PORT } from "../../packet/dns.ts";
import type { Packet } from "../../packet/packet.ts";
import { PROTOCOL_TCP, TCP_SYN } from "../../packet/packet.ts";
import type { NameProtocol } from "../../rules/rule.ts";
import { keepsLooking } from "./first-payload.ts";
import { FIRST_BYTE_DOWN, FIRST_BYTE_UP, type FlowStates, PAYLOAD_SEEN } from "./flow-states.ts";
import type { FoundName } from "./found-name.ts";
import { findNameInDns, findNameInStream, isUnfinished } from "./payload-trigger.ts";
import { isQuic, QuicTrigger } from "./quic-trigger.ts";
import { MAX_STREAM_BYTES, type StreamTable } from "./streams.ts";

export class Inspection {
  /** In which protocols names are looked for. */
  wanted: ReadonlySet<NameProtocol> = new Set();
  readonly #states: FlowStates;
  readonly #streams: StreamTable;
  readonly #reassembles: boolean;
  readonly #found: FoundName;
  readonly #quic = new QuicTrigger();

  /** Names are put into `found`. */
  constructor(states: FlowStates, streams: StreamTable, reassembles: boolean, found: FoundName) {
    this.#states = states;
    this.#streams = streams;
    this.#reassembles = reassembles;
    this.#found = found;
  }

  /** Whether the packet of a flow that is looked at holds a name. Stops looking when it was the last one. */
  look(flow: number, packet: Packet, up: boolean): boolean {
    if (packet.protocol !== PROTOCOL_TCP) return this.#lookIntoDatagram(flow, packet, up);
    if ((packet.flags & TCP_SYN) !== 0) this.#noteFirstByte(flow, packet, up);
    if (packet.payloadCaptured === 0) return false;
    const { bytes, payloadOffset: start } = packet;
    const end = start + packet.payloadCaptured;
    const states = this.#states;
    const isFirst = (states.flags[flow]! & PAYLOAD_SEEN) === 0;
    states.flags[flow]! |= PAYLOAD_SEEN;
    const found = findNameInStream(bytes, start, end, packet, up, this.wanted, this.#found);
    if (found) {
      this.#count(flow, up);
      return true;
    }
    const goesOn = this.#reassembles && isUnfinished(bytes, start, end);
    if (isFirst && !goesOn && !keepsLooking(bytes, start, end)) {
      states.stopLooking(flow);
      return false;
    }
    if (!this.#reassembles) {
      this.#count(flow, up);
      return false;
    }
    return this.#lookIntoStream(flow, packet, up);
  }

  #lookIntoDatagram(flow: number, packet: Packet, up: boolean): boolean {
    const states = this.#states;
    if (packet.payloadCaptured === 0) return false;
    if (up && packet.destinationPort === DNS_PORT && this.wanted.has("dns")) {
      return findNameInDns(packet, this.#found);
    }
    if (packet.sourcePort === DNS_PORT && this.wanted.has("dns")) return false;
    const quic = isQuic(packet);
    const isFirst = (states.flags[flow]! & PAYLOAD_SEEN) === 0;
    states.flags[flow]! |= PAYLOAD_SEEN;
    // What does not begin as QUIC never becomes it.
    if (isFirst && !quic) states.stopLooking(flow);
    else this.#count(flow, up);
    if (!quic || !up || !this.wanted.has("quic")) return false;
    const assembly = this.#reassembles ? this.#streams.direction(flow, up) : undefined;
    return this.#quic.find(packet, assembly, this.#found);
  }

  /** Adds a segment to its stream and looks at what is there without a gap. */
  #lookIntoStream(flow: number, packet: Packet, up: boolean): boolean {
    const states = this.#states;
    const known = (states.flags[flow]! & (up ? FIRST_BYTE_UP : FIRST_BYTE_DOWN)) !== 0;
    const first = up ? states.firstByteUp[flow]! : states.firstByteDown[flow]!;
    const offset = sequenceDistance(first, packet.sequence);
    const ends = offset + packet.payloadCaptured;
    if (!known || offset < 0 || ends > MAX_STREAM_BYTES) {
      this.#count(flow, up);
      return false;
    }
    const assembly = this.#streams.direction(flow, up);
    const from = packet.payloadOffset;
    assembly.add(offset, packet.bytes, from, from + packet.payloadCaptured);
    const { bytes, prefix } = assembly;
    if (findNameInStream(bytes, 0, prefix, packet, up, this.wanted, this.#found)) return true;
    // A message that is still being put together does not use up the window.
    if (isUnfinished(bytes, 0, prefix)) return false;
    if (prefix > 0) {
      (up ? states.firstByteUp : states.firstByteDown)[flow] = sequenceAdd(first, prefix);
      assembly.discard(prefix);
    }
    this.#count(flow, up);
    return false;
  }

  #noteFirstByte(flow: number, packet: Packet, up: boolean): void {
    if (!this.#reassembles) return;
    const states = this.#states;
    states.flags[flow]! |= up ? FIRST_BYTE_UP : FIRST_BYTE_DOWN;
    (up ? states.firstByteUp : states.firstByteDown)[flow] = sequenceAdd(packet.sequence, 1);
  }

  #count(flow: number, up: boolean): void {
    const states = this.#states;
    const seen = up ? states.seenUp : states.seenDown;
    seen[flow]!++;
    if (seen[flow]! > states.window[flow]!) states.stopLooking(flow);
  }
}
