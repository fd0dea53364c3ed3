/**
 * The laboratory's name server: A and AAAA of its sites over UDP and TCP (RFC 1035), NXDOMAIN for all others.
 * What is no query is not answered. Bounds: MAX_TCP_BYTES a TCP query, TCP_IDLE_MS a silent connection.
 */
import { createSocket } from "node:dgram";
import { createServer, type Socket } from "node:net";
import type { Answer, Packet } from "dns-packet";
import dnsPacket from "dns-packet";
import { checked, intBytes, libc } from "../../host/kernel/libc.ts";
import { withinNetwork } from "../../host/kernel/network-namespace.ts";
import { AF_INET, AF_INET6, socketAddress } from "../../host/kernel/socket-address.ts";
import type { SiteAddresses } from "../topology/topology.ts";
import { bareName } from "./site-catalogue.ts";

const PORT = 53;
const TTL_S = 30;
const MAX_TCP_BYTES = 4096;
const TCP_IDLE_MS = 10_000;
const SERVFAIL = 2;
const NXDOMAIN = 3;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;

/** "silent" answers nothing. */
export const NAME_SERVER_CONDITIONS = ["up", "silent", "servfail"] as const;
export type NameServerCondition = (typeof NAME_SERVER_CONDITIONS)[number];

export class NameServer {
  condition: NameServerCondition = "up";
  readonly #names: ReadonlyMap<string, SiteAddresses>;

  constructor(names: ReadonlyMap<string, SiteAddresses>) {
    this.#names = names;
  }

  /** Resolves when both protocols listen in the network namespace at `network`, UDP at each of `addresses`. */
  async listen(network: string, addresses: readonly string[]): Promise<void> {
    // A host of several addresses must answer from the one that was asked: a socket each.
    await Promise.all(addresses.map((address) => this.#listenUdp(network, address)));
    const tcp = createServer((socket) => this.#serveTcp(socket));
    await new Promise<void>((resolve, reject) => {
      tcp.once("error", reject);
      tcp.once("listening", resolve);
      withinNetwork(network, () => tcp.listen({ port: PORT }));
    });
  }

  async #listenUdp(network: string, address: string): Promise<void> {
    // Node looks an address up before it binds, which would happen outside: the socket is made here.
    const fd = withinNetwork(network, () => openBoundUdp(address));
    const udp = createSocket({ type: address.includes(":") ? "udp6" : "udp4" });
    udp.on("message", (query, from) => {
      const answer = this.answer(query);
      if (answer) udp.send(answer, from.port, from.address);
    });
    udp.on("error", () => {});
    await new Promise<void>((resolve) => udp.bind({ fd }, resolve));
  }

  /** The reply to one query, or undefined where none is due. */
  answer(query: Uint8Array): Buffer | undefined {
    if (this.condition === "silent") return undefined;
    let read: Packet;
    try {
      read = dnsPacket.decode(Buffer.from(query));
    } catch {
      return undefined;
    }
    const question = read.type === "query" ? read.questions?.[0] : undefined;
    if (!question) return undefined;
    const known = this.#names.get(bareName(question.name));
    const code = this.condition === "servfail" ? SERVFAIL : known ? 0 : NXDOMAIN;
    const answers: Answer[] = [];
    if (code === 0 && known) {
      const data = question.type === "A" ? known.v4 : question.type === "AAAA" ? known.v6 : undefined;
      if (data) answers.push({ type: question.type as "A", name: question.name, ttl: TTL_S, data });
    }
    return dnsPacket.encode({
      type: "response",
      id: read.id ?? 0,
      flags: dnsPacket.AUTHORITATIVE_ANSWER | ((read.flags ?? 0) & dnsPacket.RECURSION_DESIRED) | code,
      questions: [question],
      answers,
    });
  }

  #serveTcp(socket: Socket): void {
    let held = Buffer.alloc(0);
    socket.setTimeout(TCP_IDLE_MS, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    socket.on("data", (piece) => {
      held = Buffer.concat([held, piece]);
      if (held.length > MAX_TCP_BYTES) {
        socket.destroy();
        return;
      }
      while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
        const length = held.readUInt16BE(0);
        const answer = this.answer(held.subarray(2, 2 + length));
        held = held.subarray(2 + length);
        if (!answer) continue;
        const size = Buffer.alloc(2);
        size.writeUInt16BE(answer.length);
        socket.write(Buffer.concat([size, answer]));
      }
    });
  }
}

function openBoundUdp(address: string): number {
  const c = libc();
  const family = address.includes(":") ? AF_INET6 : AF_INET;
  const fd = checked("socket", c.socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  c.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, intBytes(1), 4);
  const own = socketAddress(address, PORT);
  checked("bind the name server", c.bind(fd, own, own.length));
  return fd;
}
