/**
 * Stands before a server and lets in the connections that are within bounds; the others are closed before they cost
 * anything, without a TLS handshake. Knows of each open connection whose it is.
 */
import type { Server, Socket } from "node:net";
import { type SecureContext, TLSSocket } from "node:tls";
import { invertedStream } from "../transfer/inverted-stream.ts";
import { answerHello } from "./answer-hello.ts";
import { clientOf } from "./client-address.ts";
import { lookAtFirstBytes } from "./disguise.ts";
import type { Guest, Service } from "./service.ts";

export class Gate {
  readonly #service: Service;
  readonly #guests = new Map<string, Guest>();
  /** Of connections whose TLS does not know its ends: they are inverted. */
  readonly #inverted = new WeakMap<Socket, Guest>();
  readonly #sockets = new Set<Socket>();

  /** `secure`: of a TLS server, which may be spoken to in disguise (disguise.ts). */
  constructor(server: Server, service: Service, secure: SecureContext | undefined) {
    this.#service = service;
    // The server's own handlers come after the gate, and only for those who are let in.
    const handlers = server.listeners("connection");
    server.removeAllListeners("connection");
    server.on("connection", (socket: Socket) => {
      if (!this.#admit(socket)) return;
      const serve = (): void => {
        for (const handle of handlers) handle.call(server, socket);
      };
      if (!secure) serve();
      else
        lookAtFirstBytes(socket, service.bounds.handshakeMs, (disguise, first) => {
          const guest = this.#guests.get(endsOf(socket));
          if (disguise === "inverted") this.#serveInverted(server, socket, secure);
          else if (disguise === "none") serve();
          else if (guest) answerHello(first, socket, guest, service);
        });
    });
  }

  /** `socket`: the connection itself or what TLS made of it. Undefined when it is closed already. */
  guestOf(socket: Socket): Guest | undefined {
    return this.#inverted.get(socket) ?? this.#guests.get(endsOf(socket));
  }

  #serveInverted(server: Server, socket: Socket, secureContext: SecureContext): void {
    const guest = this.#guests.get(endsOf(socket));
    if (!guest) return;
    const tls = new TLSSocket(invertedStream(socket) as Socket, { isServer: true, secureContext });
    this.#inverted.set(tls, guest);
    const timer = setTimeout(() => tls.destroy(), this.#service.bounds.handshakeMs);
    tls.on("error", () => tls.destroy());
    tls.on("close", () => clearTimeout(timer));
    tls.once("secure", () => {
      clearTimeout(timer);
      server.emit("secureConnection", tls);
    });
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

/** Both: a client may come from one port to several addresses of this machine. */
function endsOf(socket: Socket): string {
  return `${socket.localAddress} ${socket.localPort} ${socket.remoteAddress} ${socket.remotePort}`;
}
