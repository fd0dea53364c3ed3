/**
 * Names in QUIC: the client's Initial packets of each flow, opened and put together until their hello is whole.
 * The keys are those of the first connection id, also after the client has gone over to the server's (RFC 9001,
 * section 5.2) or to another version (RFC 9368); after a Retry, and for a new connection on the same ports, those of
 * the id in the packet itself: both are tried, the AEAD tag decides. A second hello (after HelloRetryRequest) counts.
 * Bounds: MAX_QUIC_FLOWS flows of at most 64 KiB, MAX_QUIC_BYTES together, the oldest forgotten and counted.
 */
import { copiedBytes } from "../base/columns.ts";
import { Assembly } from "./assembly.ts";
import { FlowKey, hashBytes, hashFlow, hashReverseFlow, hashText, mixHash, wideHash } from "./flow-key.ts";
import { FlowTable } from "./flow-table.ts";
import type { NameEmitter } from "./names.ts";
import type { Packet } from "./packet.ts";
import type { LongHeader, OpenedPacket } from "./quic.ts";
import { openInitial, readCryptoFrames, readLongHeader } from "./quic.ts";
import { InitialKeyCache, sameBytes } from "./quic-keys.ts";
import type { RecentNames } from "./recent-names.ts";
import { HANDSHAKE_HEADER_BYTES, readClientHello } from "./tls.ts";

const MAX_QUIC_FLOWS = 16_384;
const MAX_QUIC_BYTES = 64 * 1024 * 1024;
/** As many packets as fit a datagram are looked at; more is not meant well. */
const MAX_COALESCED = 16;
const LOW_SEED = 0x71756963;
const HIGH_SEED = 0x31323334;
/** Header, version and random: what makes a hello one of its kind. */
const HELLO_IDENTITY_BYTES = HANDSHAKE_HEADER_BYTES + 2 + 32;

interface QuicFlow {
  readonly hash: number;
  readonly key: FlowKey;
  /** The TLS stream from its `base` on. */
  readonly assembly: Assembly;
  counted: number;
  connectionId: Uint8Array;
  largestPacket: number;
  /** Stream offset up to which hellos have been read. */
  base: number;
  /** Nothing more is expected of this stream. */
  finished: boolean;
}

export class QuicNames {
  readonly #flows = new FlowTable<QuicFlow>(MAX_QUIC_FLOWS, MAX_QUIC_BYTES);
  readonly #keys = new InitialKeyCache();
  readonly #recent: RecentNames;

  constructor(recent: RecentNames) {
    this.#recent = recent;
  }

  get heldFlows(): number {
    return this.#flows.size;
  }

  get heldBytes(): number {
    return this.#flows.bytes;
  }

  get evictedFlows(): number {
    return this.#flows.evicted;
  }

  /** Takes a datagram that begins like QUIC. Returns whether it holds a well-formed packet. */
  read(packet: Packet, emit: NameEmitter): boolean {
    const end = packet.payloadOffset + packet.payloadCaptured;
    let at = packet.payloadOffset;
    let flow: QuicFlow | undefined;
    let looked = false;
    for (let count = 0; count < MAX_COALESCED && at < end; count++) {
      const header = readLongHeader(packet.bytes, at, end);
      if (!header) return count > 0;
      at = header.end;
      if (!header.isInitial) continue;
      if (!looked) {
        const hash = wideHash(hashFlow(packet, LOW_SEED), hashFlow(packet, HIGH_SEED));
        flow = this.#flows.get(hash, packet);
        // The server's answers: their keys are not the client's, and they carry no hello.
        if (!flow && this.#knowsReverse(packet)) return true;
        looked = true;
      }
      flow = this.#initial(flow, header, packet, emit);
    }
    return true;
  }

  #knowsReverse(packet: Packet): boolean {
    return this.#flows.has(wideHash(hashReverseFlow(packet, LOW_SEED), hashReverseFlow(packet, HIGH_SEED)));
  }

  #initial(
    flow: QuicFlow | undefined,
    header: LongHeader,
    packet: Packet,
    emit: NameEmitter,
  ): QuicFlow | undefined {
    let opened: OpenedPacket | undefined;
    if (flow) {
      const keys = this.#keys.clientKeys(header.version, flow.connectionId);
      opened = keys && openInitial(packet.bytes, header, keys, flow.largestPacket);
    }
    if (!opened) {
      if (flow && sameBytes(flow.connectionId, header.destinationId)) return flow;
      const keys = this.#keys.clientKeys(header.version, header.destinationId);
      opened = keys && openInitial(packet.bytes, header, keys, -1);
      if (!opened) return flow;
      if (flow) this.#flows.remove(flow);
      flow = this.#newFlow(packet, header.destinationId);
    }
    if (!flow) return undefined;
    flow.largestPacket = Math.max(flow.largestPacket, opened.packetNumber);
    if (!flow.finished) this.#stream(flow, opened.payload, packet, emit);
    return flow;
  }

  #newFlow(packet: Packet, connectionId: Uint8Array): QuicFlow {
    const flow: QuicFlow = {
      hash: wideHash(hashFlow(packet, LOW_SEED), hashFlow(packet, HIGH_SEED)),
      key: new FlowKey(packet),
      assembly: new Assembly(),
      counted: 0,
      connectionId: copiedBytes(connectionId),
      largestPacket: -1,
      base: 0,
      finished: false,
    };
    this.#flows.add(flow);
    return flow;
  }

  /** Adds a packet's pieces of the TLS stream, and reads the hello when it is whole. */
  #stream(flow: QuicFlow, payload: Uint8Array, packet: Packet, emit: NameEmitter): void {
    const { assembly } = flow;
    readCryptoFrames(payload, (offset, start, end) => {
      assembly.add(offset - flow.base, payload, start, end);
    });
    const reading = readClientHello(assembly.bytes, 0, assembly.prefix);
    if (reading.kind === "need-more") {
      this.#flows.count(flow);
      return;
    }
    const identity = hashBytes(assembly.bytes, 0, Math.min(assembly.prefix, HELLO_IDENTITY_BYTES));
    const used = reading.kind === "not-a-hello" ? assembly.prefix : reading.messageBytes;
    flow.finished = reading.kind === "not-a-hello";
    flow.base += used;
    assembly.discard(flow.finished ? Number.MAX_SAFE_INTEGER : used);
    this.#flows.count(flow);
    if (reading.kind !== "name") return;
    const what = mixHash(identity, hashText(reading.name));
    const place = mixHash(hashFlow(packet, LOW_SEED), what);
    if (this.#recent.isNew(place, mixHash(hashFlow(packet, HIGH_SEED), what)))
      emit("quic", reading.name, packet);
  }
}
