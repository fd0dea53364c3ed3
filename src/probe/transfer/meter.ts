/**
 * How much a socket has moved, as the kernel counts it (Linux, koffi); elsewhere as Node does, which tells neither round
 * trips nor what was sent again, and of an upload only what was handed to the system: that is no speed.
 */
import type { Socket } from "node:net";
import { type TcpInfo, tcpInfo } from "../../host/kernel/tcp-info.ts";
import type { TransferDirection } from "../../observation/observation.ts";

export interface Meter {
  /** Payload moved since the connection began. */
  moved(direction: TransferDirection): number;
  /** Undefined where the kernel does not say. */
  info(): TcpInfo | undefined;
}

export function descriptorOf(socket: Socket): number | undefined {
  const fd = (socket as unknown as { _handle?: { fd?: number } | null })._handle?.fd;
  return fd !== undefined && fd >= 0 ? fd : undefined;
}

/** Of a socket that is connected. Once the socket is gone the last reading stays. */
export function meterOf(socket: Socket): Meter {
  let last: TcpInfo | undefined;
  let works = process.platform === "linux";
  const info = (): TcpInfo | undefined => {
    const fd = socket.destroyed ? undefined : descriptorOf(socket);
    if (!works || fd === undefined) return last;
    try {
      last = tcpInfo(fd) ?? last;
    } catch {
      // No koffi for this machine: Node's own counters have to do.
      works = false;
    }
    return last;
  };
  return {
    info,
    moved: (direction) => {
      const seen = info();
      if (seen) return direction === "down" ? seen.bytesReceived : seen.bytesAcked;
      return direction === "down" ? socket.bytesRead : socket.bytesWritten - socket.writableLength;
    },
  };
}
