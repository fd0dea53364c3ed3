/**
 * Finds the names that packets carry: TLS and QUIC server names, HTTP hosts, DNS questions. By content, on any port
 * and in either direction; only DNS is asked for more on a port other than 53 (a message that is strictly valid to
 * its last byte), and the link-local name protocols on 137, 5353 and 5355 are left out.
 * Promises: a name is emitted once a hello, request or DNS message, with the packet in which its last byte arrived; a
 * retransmission is not another one (recent-names.ts). Names are as sent, odd bytes as \xNN (name-text.ts).
 * Bounds: tcp-names.ts and quic-names.ts; memory does not grow with the capture. Packets that hold no beginning and
 * whose flow waits for nothing, which is nearly all, cost a few comparisons and no allocation. Never throws.
 */
import { DNS_PORT, isStrictDns, readDnsMessage } from "./dns.ts";
import { METHOD_STARTS } from "./http.ts";
import type { Packet } from "./packet.ts";
import { PROTOCOL_TCP, PROTOCOL_UDP, TCP_SYN } from "./packet.ts";
import { beginsLikeQuic } from "./quic.ts";
import { QuicNames } from "./quic-names.ts";
import { RecentNames } from "./recent-names.ts";
import { TcpNames } from "./tcp-names.ts";
import { TLS_RECORD_HANDSHAKE } from "./tls.ts";

export type NameProtocol = "tls" | "quic" | "http" | "dns";

/** `packet` is filled anew after the call: keep values, not the object. `target` is the request target of HTTP. */
export type NameEmitter = (protocol: NameProtocol, name: string, packet: Packet, target?: string) => void;

/** NetBIOS names (RFC 1002), multicast DNS (RFC 6762), LLMNR (RFC 4795): names of the local link. */
const NETBIOS_NAME_PORT = 137;
const MULTICAST_DNS_PORT = 5353;
const LLMNR_PORT = 5355;

/** Messages over TCP on other ports than 53 are looked for up to 4095 bytes. */
const LONE_DNS_LENGTH_BYTES = 16;

/** 1 for the first bytes of a segment in which a name may begin. */
const BEGINNINGS = Uint8Array.from(METHOD_STARTS);
BEGINNINGS[TLS_RECORD_HANDSHAKE] = 1;
for (let i = 0; i < LONE_DNS_LENGTH_BYTES; i++) BEGINNINGS[i] = 1;

export class NameFinder {
  readonly #recent = new RecentNames();
  readonly #tcp = new TcpNames(this.#recent);
  readonly #quic = new QuicNames(this.#recent);

  /** Flows that are held now, and bytes of their buffers. */
  get heldFlows(): number {
    return this.#tcp.heldFlows + this.#quic.heldFlows;
  }

  get heldBytes(): number {
    return this.#tcp.heldBytes + this.#quic.heldBytes;
  }

  /** Flows that were given up for want of room: names may be missing. */
  get evictedFlows(): number {
    return this.#tcp.evictedFlows + this.#quic.evictedFlows;
  }

  inspect(packet: Packet, emit: NameEmitter): void {
    if (!packet.hasTransport) return;
    if (packet.protocol === PROTOCOL_TCP) {
      if (packet.payloadCaptured > 0) {
        if (
          BEGINNINGS[packet.bytes[packet.payloadOffset]!] !== 0 ||
          this.#tcp.waits(packet) ||
          packet.destinationPort === DNS_PORT ||
          packet.sourcePort === DNS_PORT
        ) {
          this.#tcp.read(packet, emit);
        }
      } else if ((packet.flags & TCP_SYN) !== 0) this.#tcp.open(packet);
    } else if (packet.protocol === PROTOCOL_UDP && packet.payloadCaptured > 0) {
      this.#datagram(packet, emit);
    }
  }

  #datagram(packet: Packet, emit: NameEmitter): void {
    const { bytes, payloadOffset: at, sourcePort, destinationPort } = packet;
    const end = at + packet.payloadCaptured;
    if (beginsLikeQuic(bytes, at, end) && this.#quic.read(packet, emit)) return;
    if (sourcePort !== DNS_PORT && destinationPort !== DNS_PORT) {
      // One question: two bytes that dismiss nearly every other datagram.
      if (end - at < 17 || bytes[at + 5] !== 1 || bytes[at + 4] !== 0) return;
      if (isLinkLocalNaming(sourcePort) || isLinkLocalNaming(destinationPort)) return;
      if (packet.payloadCaptured < packet.payloadLength || !isStrictDns(bytes, at, end)) return;
    }
    const reading = readDnsMessage(bytes, at, end, packet.payloadLength);
    if (reading.kind !== "questions") return;
    for (const name of reading.names) emit("dns", name, packet);
  }
}

function isLinkLocalNaming(port: number): boolean {
  return port === MULTICAST_DNS_PORT || port === LLMNR_PORT || port === NETBIOS_NAME_PORT;
}
