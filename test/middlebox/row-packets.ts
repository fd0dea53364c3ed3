/** The packets of one connection of a behaviour, built in order: addresses, ports and sequence numbers. */
import { emitIpFragments, type IpHeader } from "../../src/packet/emit-ip.ts";
import { emitTcp, emitTcpSegment } from "../../src/packet/emit-tcp.ts";
import { emitUdp } from "../../src/packet/emit-udp.ts";
import { PROTOCOL_TCP, TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN } from "../../src/packet/packet.ts";
import type { Behaviour, End } from "./behaviour.ts";

export interface RowAddresses {
  readonly client: string;
  readonly server: string;
  /** Of another server. */
  readonly other: string;
}

export const BULK_BYTES = 1400;
const HOP_LIMITS = { client: 61, server: 55 } as const;
const BARE_FLAGS = { fin: TCP_FIN | TCP_ACK, rst: TCP_RST, syn: TCP_SYN } as const;
const NOTHING = new Uint8Array(0);

export class RowPackets {
  readonly #behaviour: Behaviour;
  readonly #addresses: RowAddresses;
  readonly #next = { client: 1000, server: 5_000_000 };
  #server: "server" | "other" = "server";
  clientPort: number;

  constructor(behaviour: Behaviour, addresses: RowAddresses, clientPort = 40_000) {
    this.#behaviour = behaviour;
    this.#addresses = addresses;
    this.clientPort = clientPort;
  }

  /** What follows is about a new connection. */
  reconnect(toOther: boolean): void {
    this.clientPort++;
    if (toOther) this.#server = "other";
  }

  /** SYN, SYN+ACK, ACK; nothing for UDP. */
  handshake(): { readonly from: End; readonly bytes: Uint8Array }[] {
    if (this.#behaviour.transport === "udp") return [];
    const opener = this.#behaviour.opener ?? "client";
    const other = opener === "client" ? "server" : "client";
    const syn = this.segment(opener, TCP_SYN);
    this.#next[opener]++;
    const answer = this.segment(other, TCP_SYN | TCP_ACK);
    this.#next[other]++;
    return [
      { from: opener, bytes: syn },
      { from: other, bytes: answer },
      { from: opener, bytes: this.segment(opener, TCP_ACK) },
    ];
  }

  bare(from: End, kind: keyof typeof BARE_FLAGS): Uint8Array {
    return this.segment(from, BARE_FLAGS[kind]);
  }

  /** A segment or datagram; the next one follows it. */
  data(from: End, payload: Uint8Array, hopLimit?: number): Uint8Array {
    const bytes = this.#data(from, payload, hopLimit);
    this.#next[from] += payload.length;
    return bytes;
  }

  /** One segment in fragments of so many bytes of IP payload. */
  fragments(from: End, payload: Uint8Array, fragmentBytes: number): Uint8Array[] {
    const header = this.#header(from);
    const segment = emitTcpSegment(header, this.#tcp(from, TCP_ACK | TCP_PSH, payload));
    this.#next[from] += payload.length;
    return emitIpFragments(header, PROTOCOL_TCP, segment, fragmentBytes);
  }

  /** A full packet, the same each time. */
  bulk(from: End): Uint8Array {
    return this.#data(from, new Uint8Array(BULK_BYTES).fill(0x17));
  }

  segment(from: End, flags: number, payload: Uint8Array = NOTHING, hopLimit?: number): Uint8Array {
    return emitTcp(this.#header(from, hopLimit), this.#tcp(from, flags, payload));
  }

  #data(from: End, payload: Uint8Array, hopLimit?: number): Uint8Array {
    return this.#behaviour.transport === "udp"
      ? emitUdp(this.#header(from, hopLimit), { ...this.#ports(from), payload })
      : this.segment(from, TCP_ACK | TCP_PSH, payload, hopLimit);
  }

  #header(from: End, hopLimit: number = HOP_LIMITS[from]): IpHeader {
    const { client } = this.#addresses;
    const server = this.#addresses[this.#server];
    return from === "client"
      ? { source: client, destination: server, identification: 7, hopLimit }
      : { source: server, destination: client, identification: 8, hopLimit };
  }

  #ports(from: End): { sourcePort: number; destinationPort: number } {
    const server = this.#behaviour.serverPort ?? 443;
    return from === "client"
      ? { sourcePort: this.clientPort, destinationPort: server }
      : { sourcePort: server, destinationPort: this.clientPort };
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
}
