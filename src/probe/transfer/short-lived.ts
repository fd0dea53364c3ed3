/** The first bytes of a connection as routers up to a hop see them, and as the server gets them. */
import type { Socket } from "node:net";
import { USUAL_HOP_LIMIT } from "../../host/kernel/hop-limit.ts";
import { sendShortLivedBytes } from "../../host/kernel/short-lived-bytes.ts";
import { descriptorOf } from "./meter.ts";

/** Rejects where the system cannot (other systems than Linux, no koffi). */
export async function sendShortLived(
  socket: Socket,
  hopLimit: number,
  seen: Uint8Array,
  meant: Uint8Array,
): Promise<void> {
  const fd = descriptorOf(socket);
  if (fd === undefined) throw new Error("this system does not tell a socket's descriptor");
  const isV6 = socket.remoteFamily === "IPv6";
  await sendShortLivedBytes(fd, isV6, hopLimit, seen, meant, USUAL_HOP_LIMIT);
}
