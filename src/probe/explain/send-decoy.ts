/**
 * Segments of a TCP connection that reach only so many hops, in one burst, without privileges (Linux): as
 * host/kernel/short-lived-bytes.ts, for several segments out of one file in memory. What the kernel sends again, 200 ms
 * later or more, is read from the file anew: by then it holds other bytes of the same length, and the TTL is back.
 */
import { closeSync, writeSync } from "node:fs";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { setHopLimit, USUAL_HOP_LIMIT } from "../../host/kernel/hop-limit.ts";
import { checked, libc } from "../../host/kernel/libc.ts";
import { descriptorOf } from "../transfer/meter.ts";

const MFD_CLOEXEC = 1;
/** Longer than handing packets to the device takes, shorter than the shortest retransmission. */
const SENT_MS = 20;
/** What a new connection may send at once (RFC 6928). */
export const MOST_SEGMENTS = 10;

/** `meant` is as long as all segments together. Rejects where the system cannot. */
export async function sendDecoy(
  socket: Socket,
  hopLimit: number,
  segments: readonly Uint8Array[],
  meant: Uint8Array,
): Promise<void> {
  const fd = descriptorOf(socket);
  if (fd === undefined) throw new Error("this system does not tell a socket's descriptor");
  if (segments.length > MOST_SEGMENTS) throw new Error(`${segments.length} segments do not go out at once`);
  const isV6 = socket.remoteFamily === "IPv6";
  const memory = checked("memfd_create", libc().memfd_create("brakelight", MFD_CLOEXEC));
  try {
    const shown = Buffer.concat(segments);
    writeSync(memory, shown, 0, shown.length, 0);
    setHopLimit(fd, hopLimit, isV6);
    let at = 0;
    for (const { length } of segments) {
      const offset = Buffer.alloc(8);
      offset.writeBigInt64LE(BigInt(at));
      const sent = checked("sendfile", Number(libc().sendfile(fd, memory, offset, length)));
      if (sent !== length) throw new Error(`sendfile took ${sent} of ${length} bytes`);
      at += length;
    }
    await sleep(SENT_MS);
    writeSync(memory, meant, 0, meant.length, 0);
  } finally {
    if (!socket.destroyed) setHopLimit(fd, USUAL_HOP_LIMIT, isV6);
    // The pages live on for as long as the socket refers to them.
    closeSync(memory);
  }
}
