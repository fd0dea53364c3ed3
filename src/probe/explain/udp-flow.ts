/**
 * A UDP flow to the control server that opens with a real QUIC Initial (RFC 9000, section 17.2.2) under a name, and goes on
 * as datagrams that the server echoes to whoever has a token (docs/control-server.md): what share of them comes back at a
 * pace that a held flow could not keep. Undefined where the server gives no token: it is another one, or is full.
 * Bounds: SECONDS at the pace. Never judges.
 */
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import { emitQuicHello } from "../../packet/emit-quic.ts";
import type { Place } from "../pairs/arms.ts";
import { emitQuicClientHello } from "../reach/quic-hello.ts";
import { shortAnswer } from "./short-answer.ts";

const PAYLOAD_BYTES = 1000;
const TICK_MS = 20;
const SECONDS = 2;
const WAIT_MS = 600;
/** The name is read before the data follow. */
const INITIAL_FIRST_MS = 100;
const ID_BYTES = 8;

/** At most, there and back. */
export function udpFlowBytes(rateBps: number): number {
  return (2 * SECONDS * rateBps) / 8;
}

export interface UdpFlow {
  readonly sent: number;
  readonly returned: number;
  readonly bytes: number;
}

/** `neutralName` is sent for the token; `rateBps` is the pace of the datagrams, one way; `udpPort` where they go to. */
export async function runUdpFlow(
  { udpPort, ...server }: Place & { readonly udpPort: number },
  name: string,
  neutralName: string,
  rateBps: number,
): Promise<UdpFlow | undefined> {
  const token = readToken((await shortAnswer(server, neutralName, "POST", "/udp-token")) ?? "");
  if (!token) return undefined;
  const socket = createSocket(isIPv6(server.address) ? "udp6" : "udp4");
  let [sent, returned] = [0, 0];
  const datagram = Buffer.concat([token, randomBytes(PAYLOAD_BYTES)]);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.connect(udpPort, server.address, resolve);
    });
    socket.on("error", () => {});
    socket.on("message", (bytes) => {
      if (bytes.length === PAYLOAD_BYTES) returned++;
    });
    socket.send(quicInitial(name), () => {});
    await pause(INITIAL_FIRST_MS);
    const startedAt = performance.now();
    for (;;) {
      const elapsedMs = performance.now() - startedAt;
      const due = Math.floor(((rateBps / 8) * Math.min(elapsedMs, SECONDS * 1000)) / 1000 / PAYLOAD_BYTES);
      for (; sent < due; sent++) socket.send(datagram, () => {});
      if (elapsedMs >= SECONDS * 1000) break;
      await pause(TICK_MS);
    }
    await pause(WAIT_MS);
    return { sent, returned, bytes: (sent + returned) * PAYLOAD_BYTES };
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}

function quicInitial(name: string): Uint8Array {
  const sourceId = randomBytes(ID_BYTES);
  const hello = emitQuicClientHello({ name, random: randomBytes(32), publicKey: randomBytes(32), sourceId });
  return emitQuicHello(hello, { destinationId: randomBytes(ID_BYTES), sourceId })[0]!;
}

function readToken(text: string): Buffer | undefined {
  const token = /"token":\s*"([0-9a-f]{32})"/.exec(text)?.[1];
  return token === undefined ? undefined : Buffer.from(token, "hex");
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
