/**
 * A visit's means on the kernel's network: sockets made in the client's namespace, bytes and RTT as the kernel counts.
 */
import { connectTcp } from "../../host/kernel/tcp-connection.ts";
import type { VisitMeans } from "./carry-out-visit.ts";
import { lookUp } from "./look-up.ts";

export interface KernelPlace {
  /** Path of the client's network namespace. */
  readonly network: string;
  readonly nameServer: string;
  readonly authority: string;
  /** Gives query ids. */
  readonly random: () => number;
}

export function kernelMeans({ network, nameServer, authority, random }: KernelPlace): VisitMeans {
  return {
    authority,
    lookUp: (name, version, timeoutMs) => lookUp(network, nameServer, name, version, timeoutMs, random),
    connect: async (address, port, timeoutMs) => {
      const connection = await connectTcp({ network, address, port, timeoutMs });
      return {
        socket: connection.socket,
        movedBytes: (direction) => {
          const info = connection.info();
          return direction === "up" ? info?.bytesAcked : info?.bytesReceived;
        },
        rttUs: () => connection.info()?.minRttUs,
        close: () => connection.socket.destroy(),
      };
    },
  };
}
