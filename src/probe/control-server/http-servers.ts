/**
 * The HTTP servers of a control server, plain and over TLS, with their time-outs and behind their gate. HTTP/1.1 only.
 * What is not understood is answered with one line where that is possible, and the connection ends.
 */
import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer, type Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createSecureContext } from "node:tls";
import { answerRequest } from "./answer-request.ts";
import { answerUpgrade, endWith } from "./answer-upgrade.ts";
import type { Credentials } from "./certificate.ts";
import { Gate } from "./gate.ts";
import type { Service } from "./service.ts";

const MAX_HEAD_BYTES = 8192;
const MAX_HEADERS = 100;
const KEEP_ALIVE_MS = 15_000;
const CHECK_EVERY_MS = 5000;
const BACKLOG = 1024;
const CLIENT_LEFT = new Set(["ECONNRESET", "EPIPE"]);

/** One server and the connections that it has. */
export class GuardedServer {
  readonly #server: HttpServer | HttpsServer;
  readonly #gate: Gate;

  /** Over TLS with `credentials`, plain without. Throws where they are not a key and its certificate. */
  constructor(service: Service, credentials: Credentials | undefined) {
    const { headersMs, handshakeMs } = service.bounds;
    const options: ServerOptions = {
      maxHeaderSize: MAX_HEAD_BYTES,
      headersTimeout: headersMs,
      // The whole request has its time in answer-request.ts.
      requestTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, headersMs),
      requireHostHeader: false,
    };
    this.#server = credentials
      ? createHttpsServer({
          ...options,
          key: credentials.key,
          cert: credentials.certificate,
          minVersion: "TLSv1.2",
          ALPNProtocols: ["http/1.1"],
          handshakeTimeout: handshakeMs,
        })
      : createHttpServer(options);
    const secure = credentials
      ? createSecureContext({ key: credentials.key, cert: credentials.certificate, minVersion: "TLSv1.2" })
      : undefined;
    this.#gate = new Gate(this.#server, service, secure);
    this.#serve(service);
  }

  /** Resolves with the port. Without `listen`: on all addresses, of IPv6 and IPv4 where there is IPv6. */
  listen(listen: string | undefined, port: number): Promise<number> {
    const where = listen === undefined ? { port } : { port, host: listen };
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ ...where, backlog: BACKLOG }, () => {
        this.#server.off("error", reject);
        // What a listening server is told of is about one connection (no more files, for instance), not its end.
        this.#server.on("error", () => {});
        const address = this.#server.address();
        resolve(typeof address === "object" && address ? address.port : port);
      });
    });
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#gate.closeAll();
    return closed;
  }

  #serve(service: Service): void {
    const server = this.#server;
    const { counters, bounds } = service;
    server.maxHeadersCount = MAX_HEADERS;
    server.timeout = bounds.requestMs;
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      const guest = this.#gate.guestOf(request.socket);
      if (guest) answerRequest(request, response, guest, service);
      else request.socket.destroy();
    };
    server.on("request", answer);
    // Refused before the body is sent, where a client waits for that.
    server.on("checkContinue", answer);
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, early: Buffer) => {
      const guest = this.#gate.guestOf(socket as Socket);
      if (guest) answerUpgrade(request, socket, early, guest, service);
      else socket.destroy();
    });
    server.on("connect", (_request: IncomingMessage, socket: Duplex) => {
      socket.on("error", () => socket.destroy());
      counters.requests++;
      endWith(socket, { status: 405, line: "this is a measurement server and no proxy" });
    });
    // TLS tells of its failures here too.
    server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
      const { code = "" } = error;
      if (!CLIENT_LEFT.has(code)) counters.notUnderstood++;
      if (!/^(HPE_|ERR_HTTP_)/.test(code)) socket.destroy();
      else if (code === "HPE_HEADER_OVERFLOW")
        endWith(socket, { status: 431, line: `the head of a request is at most ${MAX_HEAD_BYTES} bytes` });
      else if (code === "ERR_HTTP_REQUEST_TIMEOUT")
        endWith(socket, { status: 408, line: "no request came in time" });
      else endWith(socket, { status: 400, line: "this is no HTTP request" });
    });
  }
}
