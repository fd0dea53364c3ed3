/**
 * A burst of new flows out of a client's device as fast as the kernel takes them: SYN, ACK and ClientHello of each, right
 * checksums included. Made beforehand, sent 64 packets a call (packet(7), sendmmsg): nothing is allocated meanwhile.
 */
import koffi from "koffi";
import { ETHERTYPES, linkAddress } from "../../src/host/kernel/arrival-tap.ts";
import { addressOf, checked, intBytes, libc } from "../../src/host/kernel/libc.ts";
import { emitTcp } from "../../src/packet/emit-tcp.ts";
import { TCP_ACK, TCP_SYN } from "../../src/packet/packet.ts";
import { hello } from "../middlebox/payloads.ts";

const AF_PACKET = 17;
const SOCK_DGRAM = 2;
const SOL_PACKET = 263;
const PACKET_QDISC_BYPASS = 20;
const SOL_SOCKET = 1;
const SO_SNDBUFFORCE = 32;
const SEND_BUFFER_BYTES = 8 << 20;
const BATCH = 64;
const HEADER_BYTES = 64;
const VECTOR_BYTES = 16;
const PACKETS_A_FLOW = 3;
/** Offsets in an IPv4 packet without options. */
const IP_CHECKSUM_AT = 10;
const SOURCE_AT = 12;
const SOURCE_PORT_AT = 20;
const TCP_CHECKSUM_AT = 36;
const FIRST_PORT = 2000;
const PORTS = 50_000;
const NAMES = 64;

export interface BurstPlan {
  readonly flows: number;
  /** Share of flows with a name that a rule wants. */
  readonly hitShare: number;
  readonly wantedName: string;
  /** The first client address; as many behind it as are needed. */
  readonly client: string;
  readonly server: string;
}

export class Burst {
  readonly packets: number;
  readonly hits: number;
  readonly #bytes: Buffer;
  readonly #vectors: Buffer;
  readonly #headers: Buffer;
  readonly #to: Uint8Array;

  /** `device` and `hardware`: where the packets leave, and who takes them there. */
  constructor(plan: BurstPlan, device: number, hardware: Uint8Array) {
    const templates = templatesOf(plan);
    const every = Math.round(1 / plan.hitShare);
    const choose = (flow: number): readonly Uint8Array[] =>
      flow % every === 0 ? templates[0]! : templates[1 + (flow % NAMES)]!;
    this.packets = plan.flows * PACKETS_A_FLOW;
    this.hits = Math.ceil(plan.flows / every);
    let size = 0;
    for (let flow = 0; flow < plan.flows; flow++) for (const { length } of choose(flow)) size += length;
    this.#bytes = Buffer.alloc(size);
    this.#vectors = Buffer.alloc(this.packets * VECTOR_BYTES);
    this.#headers = Buffer.alloc(this.packets * HEADER_BYTES);
    this.#to = linkAddress(ETHERTYPES[4], device, hardware);
    let at = 0;
    for (let flow = 0; flow < plan.flows; flow++) {
      choose(flow).forEach((template, packet) => {
        this.#bytes.set(template, at);
        setFlow(this.#bytes, at, flow);
        this.#point(flow * PACKETS_A_FLOW + packet, at, template.length);
        at += template.length;
      });
    }
  }

  #point(packet: number, at: number, length: number): void {
    const vector = packet * VECTOR_BYTES;
    this.#vectors.writeBigUInt64LE(addressOf(this.#bytes) + BigInt(at), vector);
    this.#vectors.writeBigUInt64LE(BigInt(length), vector + 8);
    const header = packet * HEADER_BYTES;
    this.#headers.writeBigUInt64LE(addressOf(this.#to), header);
    this.#headers.writeUInt32LE(this.#to.length, header + 8);
    this.#headers.writeBigUInt64LE(addressOf(this.#vectors) + BigInt(vector), header + 16);
    this.#headers.writeBigUInt64LE(1n, header + 24);
  }

  /** At most `perSecond` flows a second (Infinity: as fast as it goes). Returns the seconds that it took. */
  send(socket: BurstSocket, perSecond: number): number {
    const started = performance.now();
    let sent = 0;
    while (sent < this.packets) {
      const dueMs = (1000 * sent) / (perSecond * PACKETS_A_FLOW);
      while (performance.now() - started < dueMs);
      const count = Math.min(BATCH, this.packets - sent);
      sent += socket.send(this.#headers.subarray(sent * HEADER_BYTES), count);
    }
    return (performance.now() - started) / 1000;
  }
}

export class BurstSocket {
  readonly #fd: number;
  readonly #sendmmsg: (fd: number, headers: Uint8Array, count: number, flags: number) => number;

  /** In the network namespace that the thread is in. */
  constructor() {
    const c = libc();
    this.#fd = checked("socket AF_PACKET", c.socket(AF_PACKET, SOCK_DGRAM, 0));
    c.setsockopt(this.#fd, SOL_PACKET, PACKET_QDISC_BYPASS, intBytes(1), 4);
    c.setsockopt(this.#fd, SOL_SOCKET, SO_SNDBUFFORCE, intBytes(SEND_BUFFER_BYTES), 4);
    this.#sendmmsg = koffi
      .load("libc.so.6")
      .func("int sendmmsg(int fd, void *headers, uint32_t count, int flags)");
  }

  /** How many of them went. */
  send(headers: Uint8Array, count: number): number {
    return checked("sendmmsg", this.#sendmmsg(this.#fd, headers, count, 0));
  }
}

/** SYN, ACK and hello: first those of the wanted name, then of NAMES others. */
function templatesOf({ client, server, wantedName }: BurstPlan): Uint8Array[][] {
  const ip = { source: client, destination: server };
  const ports = { sourcePort: FIRST_PORT, destinationPort: 443 };
  const names = [wantedName, ...Array.from({ length: NAMES }, (_, i) => `www.shop-${i * 7919}.example`)];
  return names.map((name) => [
    emitTcp(ip, {
      ...ports,
      sequence: 1000,
      flags: TCP_SYN,
      options: { maximumSegment: 1460, sackPermitted: true },
    }),
    emitTcp(ip, { ...ports, sequence: 1001, acknowledgement: 5001, flags: TCP_ACK }),
    emitTcp(ip, { ...ports, sequence: 1001, acknowledgement: 5001, flags: TCP_ACK, payload: hello(name) }),
  ]);
}

/** Address and port of its own, with both checksums mended (RFC 1624). */
function setFlow(bytes: Buffer, at: number, flow: number): void {
  const host = bytes.readUInt16BE(at + SOURCE_AT + 2);
  const newHost = host + Math.floor(flow / PORTS);
  const port = FIRST_PORT + (flow % PORTS);
  bytes.writeUInt16BE(newHost, at + SOURCE_AT + 2);
  bytes.writeUInt16BE(port, at + SOURCE_PORT_AT);
  mend(bytes, at + IP_CHECKSUM_AT, host, newHost);
  mend(bytes, at + TCP_CHECKSUM_AT, host, newHost);
  mend(bytes, at + TCP_CHECKSUM_AT, FIRST_PORT, port);
}

function mend(bytes: Buffer, at: number, before: number, now: number): void {
  let sum = (~bytes.readUInt16BE(at) & 0xffff) + (~before & 0xffff) + now;
  sum = (sum & 0xffff) + (sum >>> 16);
  sum = (sum & 0xffff) + (sum >>> 16);
  bytes.writeUInt16BE(~sum & 0xffff, at);
}

/** Of a device's other end, as ip(8) prints it. */
export function hardwareOf(text: string): Uint8Array {
  return Uint8Array.from(text.trim().split(":"), (byte) => Number.parseInt(byte, 16));
}
