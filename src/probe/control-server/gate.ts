/**
 * Stands before a server and lets in the connections that are within bounds; the others are closed before they cost
 * anything, without a TLS handshake. Knows of each open connection whose it is.
 */
import type { Server, Socket } from "node:net";
import { clientOf } from "./client-address.ts";
import type { Guest, Service } from "./service.ts";

export class Gate {
  readonly #service: Service;
  readonly #guests = new Map<string, Guest>();
  readonly #sockets = new Set<Socket>();

  constructor(server: Server, service: Service) {
    this.#service = service;
    // The server's own handlers come after the gate, and only for those who are let in.
    const handlers = server.listeners("connection");
    server.removeAllListeners("connection");
    server.on("connection", (socket: Socket) => {
      if (!this.#admit(socket)) return;
      for (const handle of handlers) handle.call(server, socket);
    });
  }

  /** `socket`: the connection itself or what TLS made of it. Undefined when it is closed already. */
  guestOf(socket: Socket): Guest | undefined {
    return this.#guests.get(endsOf(socket));
  }

  closeAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #admit(socket: Socket): boolean {
    const { table, counters, nowMs } = this.#service;
    const address = socket.remoteAddress;
    counters.connections++;
    socket.on("error", () => socket.destroy());
    const client = address === undefined ? undefined : clientOf(address);
    const opening = client === undefined ? "refused" : table.openConnection(client, nowMs());
    if (address === undefined || client === undefined || opening === "refused") {
      counters.connectionsRefused++;
      socket.resetAndDestroy();
      return false;
    }
    const ends = endsOf(socket);
    this.#sockets.add(socket);
    this.#guests.set(ends, { address, client, isExcess: opening === "excess" });
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#guests.delete(ends);
      table.closeConnection(client);
    });
    return true;
  }
}

function endsOf(socket: Socket): string {
  return `${socket.localPort} ${socket.remoteAddress} ${socket.remotePort}`;
}
