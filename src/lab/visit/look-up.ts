/**
 * One name look-up over UDP out of a client's network, as a stub resolver does it (RFC 1035): asked again after
 * TRY_AGAIN_MS, given up after the caller's time-out.
 */
import { createSocket } from "node:dgram";
import dnsPacket from "dns-packet";
import { checked, libc } from "../../host/kernel/libc.ts";
import { withinNetwork } from "../../host/kernel/network-namespace.ts";
import { AF_INET, socketAddress } from "../../host/kernel/socket-address.ts";

const PORT = 53;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const TRY_AGAIN_MS = 2000;
const RCODE_MASK = 15;

export type LookUp =
  | { readonly kind: "addresses"; readonly addresses: readonly string[] }
  | { readonly kind: "failure"; readonly failure: string };

const RCODES: Readonly<Record<number, string>> = {
  2: "dns_servfail_error",
  3: "dns_nxdomain_error",
  5: "dns_refused_error",
};

/** `random` gives the query's id. */
export function lookUp(
  network: string,
  server: string,
  name: string,
  version: 4 | 6,
  timeoutMs: number,
  random: () => number,
): Promise<LookUp> {
  const type = version === 4 ? "A" : "AAAA";
  const id = Math.floor(random() * 65_536);
  const query = dnsPacket.encode({
    type: "query",
    id,
    flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ type, name }],
  });
  const fd = withinNetwork(network, openUdp);
  const socket = createSocket("udp4");
  return new Promise((resolve) => {
    const finish = (result: LookUp): void => {
      clearTimeout(timer);
      clearInterval(again);
      socket.close();
      resolve(result);
    };
    const send = (): void => {
      socket.send(query, PORT, server, (error) => {
        if (error) finish({ kind: "failure", failure: "network_unreachable" });
      });
    };
    const timer = setTimeout(() => finish({ kind: "failure", failure: "generic_timeout_error" }), timeoutMs);
    const again = setInterval(send, TRY_AGAIN_MS);
    socket.on("error", () => finish({ kind: "failure", failure: "connection_refused" }));
    socket.on("message", (bytes) => {
      const result = readAnswer(bytes, id, type);
      if (result) finish(result);
    });
    socket.bind({ fd }, send);
  });
}

function readAnswer(bytes: Buffer, id: number, type: string): LookUp | undefined {
  let packet: dnsPacket.DecodedPacket;
  try {
    packet = dnsPacket.decode(bytes);
  } catch {
    return undefined;
  }
  if (packet.id !== id || packet.type !== "response") return undefined;
  const code = (packet.flags ?? 0) & RCODE_MASK;
  if (code !== 0) return { kind: "failure", failure: RCODES[code] ?? "dns_server_misbehaving" };
  const addresses = (packet.answers ?? []).flatMap((answer) =>
    answer.type === type && "data" in answer ? [String(answer.data)] : [],
  );
  return addresses.length > 0
    ? { kind: "addresses", addresses }
    : { kind: "failure", failure: "dns_no_answer" };
}

function openUdp(): number {
  const c = libc();
  const fd = checked("socket", c.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const any = socketAddress("0.0.0.0", 0);
  checked("bind", c.bind(fd, any, any.length));
  return fd;
}
