/** One connection through a box under test: sends packets of either end and gives the box's decision. */
import type { Decision } from "../../src/lab/middlebox/decision.ts";
import type { Middlebox } from "../../src/lab/middlebox/middlebox.ts";
import { decodeNetwork } from "../../src/packet/decode.ts";
import { emitTcp } from "../../src/packet/emit-tcp.ts";
import { Packet, TCP_ACK, TCP_PSH, TCP_SYN } from "../../src/packet/packet.ts";
import type { End } from "./behaviour.ts";

/** Both clocks of a test. */
export interface Clocks {
  nowUs: number;
  ms: number;
}

export interface Ends {
  readonly client?: string;
  readonly server?: string;
  readonly clientPort?: number;
  readonly serverPort?: number;
}

const NOTHING: Uint8Array = new Uint8Array(0);

export class Connection {
  readonly box: Middlebox;
  readonly clocks: Clocks;
  readonly ends: Required<Ends>;
  readonly next = { client: 1000, server: 5000 };

  constructor(box: Middlebox, clocks: Clocks, ends: Ends = {}) {
    this.box = box;
    this.clocks = clocks;
    this.ends = { client: "10.0.0.1", server: "192.0.2.1", clientPort: 40_000, serverPort: 443, ...ends };
  }

  /** SYN, SYN+ACK, ACK; the decision about the last. */
  open(): Decision {
    this.send("client", NOTHING, TCP_SYN);
    this.send("server", NOTHING, TCP_SYN | TCP_ACK);
    return this.send("client", NOTHING, TCP_ACK);
  }

  packet(from: End, payload: Uint8Array, flags = TCP_ACK | TCP_PSH): Uint8Array {
    const { client, server, clientPort, serverPort } = this.ends;
    const isClient = from === "client";
    const other = isClient ? "server" : "client";
    return emitTcp(
      isClient ? { source: client, destination: server } : { source: server, destination: client },
      {
        sourcePort: isClient ? clientPort : serverPort,
        destinationPort: isClient ? serverPort : clientPort,
        sequence: this.next[from],
        acknowledgement: (flags & TCP_ACK) !== 0 ? this.next[other] : 0,
        flags,
        payload,
      },
    );
  }

  send(from: End, payload: Uint8Array = NOTHING, flags = TCP_ACK | TCP_PSH): Decision {
    const bytes = this.packet(from, payload, flags);
    this.next[from] += payload.length + ((flags & TCP_SYN) !== 0 ? 1 : 0);
    return this.decide(bytes, from === "client");
  }

  decide(bytes: Uint8Array, fromInside: boolean): Decision {
    return this.box.decide(bytes, 0, bytes.length, fromInside, this.clocks.nowUs, this.clocks.ms);
  }
}

/** One IP packet, decoded. */
export function decoded(bytes: Uint8Array): Packet {
  const packet = new Packet();
  packet.bytes = bytes;
  packet.end = bytes.length;
  decodeNetwork(packet, 0, bytes.length);
  return packet;
}
