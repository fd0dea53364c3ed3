/**
 * Bytes of a TCP connection that reach only so many hops, without privileges (Linux): they are sent out of a file in memory
 * at a low TTL, then the file gets other bytes of the same length and the socket its TTL back. What the kernel sends again
 * is read from the file anew, so that only routers up to that hop ever saw the first bytes.
 */
import { closeSync, writeSync } from "node:fs";
import { setHopLimit } from "./hop-limit.ts";
import { checked, intBytes, libc } from "./libc.ts";

const MFD_CLOEXEC = 1;

/** Both of the same length. `restoreMs` later the TTL is back; the kernel's first retransmission comes after that. */
export async function sendShortLivedBytes(
  fd: number,
  isV6: boolean,
  hopLimit: number,
  seen: Uint8Array,
  meant: Uint8Array,
  usualHopLimit: number,
): Promise<void> {
  const memory = checked("memfd_create", libc().memfd_create("brakelight", MFD_CLOEXEC));
  try {
    writeSync(memory, seen, 0, seen.length, 0);
    setHopLimit(fd, hopLimit, isV6);
    const sent = checked("sendfile", Number(libc().sendfile(fd, memory, offset(0), seen.length)));
    if (sent !== seen.length) throw new Error(`sendfile took ${sent} of ${seen.length} bytes`);
    // The kernel has sent them by now, or will at once: the window of a new connection has room.
    await new Promise((resolve) => setTimeout(resolve, SENT_MS));
    writeSync(memory, meant, 0, meant.length, 0);
    setHopLimit(fd, usualHopLimit, isV6);
  } finally {
    // The pages live on for as long as the socket refers to them.
    closeSync(memory);
  }
}

/** Longer than handing a packet to the device takes, shorter than the shortest retransmission (200 ms). */
const SENT_MS = 20;

function offset(at: number): Uint8Array {
  const bytes = new Uint8Array(8);
  bytes.set(intBytes(at));
  return bytes;
}
