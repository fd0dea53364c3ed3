/**
 * A client's way into the laboratory: an HTTP proxy on a loopback port of its own, behind which the relay chain begins.
 * The laboratory's own visits take it, and so does any program that is told of it (`lab exec`).
 * It leads nowhere but to the scenario's servers, and resolves the scenario's names only. Where the network would be
 * silent, so is it; what its client would be told it says with status 502 and FAILURE_HEADER.
 * Bounds: MAX_HEAD_BYTES of head, HEAD_TIMEOUT_MS until it is there, MAX_EARLY_BYTES sent before the way is open.
 */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { LookUp } from "../visit/look-up.ts";
import { type ProxyHead, readProxyHead } from "./proxy-head.ts";
import { RelayFlow } from "./relay-flow.ts";
import type { Place } from "./stage.ts";

/** Carries the failure in the words of OONI df-007. */
export const FAILURE_HEADER = "x-brakelight-failure";

const LOOPBACK = "127.0.0.1";
const HEAD_TIMEOUT_MS = 30_000;
const MAX_EARLY_BYTES = 65_536;

export interface Way {
  readonly places: readonly Place[];
  /** On loopback; undefined where nobody listens. */
  readonly port: number | undefined;
}

export interface EntryNetwork {
  lookUp(name: string): Promise<LookUp>;
  /** Undefined: no way there. */
  wayTo(address: string, port: number): Way | undefined;
}

export class RelayEntry {
  readonly #network: EntryNetwork;
  readonly #server: Server;
  /** By the port at the client's end. */
  readonly #flows = new Map<number, RelayFlow>();
  readonly #sockets = new Set<Socket>();

  constructor(network: EntryNetwork) {
    this.#network = network;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  }

  /** Gives the port. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, LOOPBACK, () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  flowOf(clientPort: number): RelayFlow | undefined {
    return this.#flows.get(clientPort);
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    const port = socket.remotePort ?? 0;
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#flows.delete(port);
    });
    const timer = setTimeout(() => socket.destroy(), HEAD_TIMEOUT_MS);
    let read: Buffer = Buffer.alloc(0);
    const take = (chunk: Buffer): void => {
      read = read.length === 0 ? chunk : Buffer.concat([read, chunk]);
      const head = readProxyHead(read);
      if (head.kind === "need-more") return;
      clearTimeout(timer);
      socket.off("data", take);
      void this.#serve(socket, port, head);
    };
    socket.on("data", take);
    socket.on("close", () => clearTimeout(timer));
  }

  async #serve(
    socket: Socket,
    clientPort: number,
    head: Exclude<ProxyHead, { kind: "need-more" }>,
  ): Promise<void> {
    if (head.kind === "refused") {
      socket.end(`HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    const early = keepEarly(socket);
    const address = await this.#addressOf(head.host);
    const way = address.ok ? this.#network.wayTo(address.value, head.port) : undefined;
    if (!way) {
      refuse(socket, address.ok ? "network_unreachable" : address.failure);
      return;
    }
    if (socket.destroyed) return;
    const flow = new RelayFlow(socket, way.places, way.port);
    this.#flows.set(clientPort, flow);
    const refusal = await flow.open();
    if (refusal) refuse(socket, refusal);
    else {
      if (head.kind === "tunnel") socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      flow.start(Buffer.concat([head.first, ...early()]));
    }
  }

  async #addressOf(
    host: string,
  ): Promise<
    { readonly ok: true; readonly value: string } | { readonly ok: false; readonly failure: string }
  > {
    if (/^[\d.]+$|:/.test(host)) return { ok: true, value: host };
    const answer = await this.#network.lookUp(host);
    return answer.kind === "addresses"
      ? { ok: true, value: answer.addresses[0]! }
      : { ok: false, failure: answer.failure };
  }
}

/**
 * While the way is opened: keeps what the program sends already, up to a bound, and notices when it gives up. The function
 * that is returned ends this and gives what was kept.
 */
function keepEarly(socket: Socket): () => Buffer[] {
  const kept: Buffer[] = [];
  let bytes = 0;
  const keep = (chunk: Buffer): void => {
    kept.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_EARLY_BYTES) socket.pause();
  };
  const giveUp = (): void => {
    socket.destroy();
  };
  socket.on("data", keep).on("end", giveUp);
  return () => {
    socket.off("data", keep).off("end", giveUp);
    return kept;
  };
}

function refuse(socket: Socket, failure: string): void {
  if (socket.destroyed) return;
  socket.end(
    `HTTP/1.1 502 ${failure}\r\n${FAILURE_HEADER}: ${failure}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  );
  socket.resume();
}
