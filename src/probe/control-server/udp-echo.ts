/**
 * The UDP echo: a datagram of a token (16 bytes) and a payload is answered with the payload, to the address that the
 * token was given to over TCP. The answer is 16 bytes shorter than what came, and there is one at most: nothing to
 * amplify with, and nobody who did not ask gets anything. All else is counted and met with silence, and takes no memory.
 */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { clientOf } from "./client-address.ts";
import type { Service } from "./service.ts";
import { holdsToken, TOKEN_BYTES } from "./udp-token.ts";

/** Answers that wait for the kernel; beyond this they are dropped. */
const MAX_QUEUED_BYTES = 1_000_000;
/** So that a burst is not lost here; the kernel gives less where it may not give so much. */
const RECEIVE_BUFFER_BYTES = 1 << 20;
const QUIC_VERSION_1 = 1;

/** Resolves when it listens. Without `listen`: on all addresses, of IPv6 and IPv4 where there is IPv6. */
export async function openUdpEcho(
  listen: string | undefined,
  port: number,
  service: Service,
): Promise<Socket> {
  if (listen !== undefined) return bound(listen, port, service);
  try {
    return await bound("::", port, service);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EAFNOSUPPORT" && code !== "EADDRNOTAVAIL") throw error;
    return bound("0.0.0.0", port, service);
  }
}

function bound(address: string, port: number, service: Service): Promise<Socket> {
  const type = address.includes(":") ? "udp6" : "udp4";
  const socket = createSocket({ type, recvBufferSize: RECEIVE_BUFFER_BYTES });
  return new Promise((resolve, reject) => {
    socket.once("error", (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ port, address }, () => {
      socket.removeAllListeners("error");
      socket.on("error", () => {});
      socket.on("message", (datagram, from) => answer(socket, datagram, from, service));
      resolve(socket);
    });
  });
}

function answer(socket: Socket, datagram: Buffer, from: RemoteInfo, service: Service): void {
  const { table, counters, secret, nowMs } = service;
  const isDue =
    datagram.length > TOKEN_BYTES &&
    from.port !== 0 &&
    holdsToken(secret, from.address, datagram, nowMs()) &&
    socket.getSendQueueSize() < MAX_QUEUED_BYTES &&
    table.takeDatagram(clientOf(from.address), 2 * datagram.length, nowMs());
  if (!isDue) {
    counters.datagramsIgnored++;
    if (isQuicInitial(datagram)) counters.quicInitials++;
    return;
  }
  const payload = datagram.subarray(TOKEN_BYTES);
  counters.datagramsEchoed++;
  counters.bytesIn += datagram.length;
  counters.bytesOut += payload.length;
  socket.send(payload, from.port, from.address, () => {});
}

/** RFC 9000, section 17.2.2: long header, fixed bit, type 0, version 1. */
function isQuicInitial(datagram: Buffer): boolean {
  return (
    datagram.length >= 7 && (datagram[0]! & 0xf0) === 0xc0 && datagram.readUInt32BE(1) === QUIC_VERSION_1
  );
}
