/**
 * The other end of measurements, on any small server: HTTP by any name, plain and over TLS with any certificate
 * (answer-request.ts), ndt7 (ndt7-session.ts) and a UDP echo (udp-echo.ts). It reaches nobody by itself, passes nothing
 * on, and sends to an address only what that address has asked for over TCP, or has proved to be able to receive.
 * Every client is bounded in bytes, time, connections and requests, all together in connections and memory (bounds.ts).
 */
import { randomBytes } from "node:crypto";
import type { Socket } from "node:dgram";
import { type Bounds, DEFAULT_BOUNDS } from "./bounds.ts";
import { type Credentials, fingerprintOf, selfSigned } from "./certificate.ts";
import { ClientTable } from "./client-table.ts";
import { type Counters, newCounters, statusSentence } from "./counters.ts";
import { GuardedServer } from "./http-servers.ts";
import type { Service } from "./service.ts";
import { openUdpEcho } from "./udp-echo.ts";

const SECRET_BYTES = 32;

export interface ControlServerOptions {
  /** An address of this machine; all of them without. */
  readonly listen?: string;
  /** TLS. 0 anywhere here: one that the system chooses. */
  readonly port: number;
  /** TLS as well; none without. */
  readonly otherPort?: number;
  /** Plain HTTP; none without. */
  readonly httpPort?: number;
  /** None without. */
  readonly udpPort?: number;
  /** Self-signed without. */
  readonly credentials?: Credentials;
  readonly bounds?: Partial<Bounds>;
}

export interface ControlServer {
  readonly port: number;
  readonly otherPort: number | undefined;
  readonly httpPort: number | undefined;
  readonly udpPort: number | undefined;
  /** SHA-256 of the certificate, "AB:CD:...". */
  readonly fingerprint: string;
  readonly counters: Readonly<Counters>;
  /** Addresses remembered at the moment. */
  readonly clients: number;
  readonly openConnections: number;
  /** What it has done, in one line. */
  status(): string;
  close(): Promise<void>;
}

/** The machine does not let it listen. */
export class ListenProblem extends Error {
  readonly service: "TLS" | "HTTP" | "UDP";
  readonly port: number;
  /** Of the system: EADDRINUSE, EACCES, EADDRNOTAVAIL, ... */
  readonly code: string;

  constructor(service: "TLS" | "HTTP" | "UDP", port: number, error: NodeJS.ErrnoException) {
    super(error.message);
    this.service = service;
    this.port = port;
    this.code = error.code ?? "unknown";
  }
}

/** Rejects with a ListenProblem, and then leaves nothing open. Throws where credentials do not fit each other. */
export async function startControlServer(options: ControlServerOptions): Promise<ControlServer> {
  const asked = { ...DEFAULT_BOUNDS, ...options.bounds };
  const bounds = {
    ...asked,
    // What is more than an hour's would be refused for ever, with a time to come again.
    downloadBytes: Math.min(asked.downloadBytes, asked.bytesPerHour),
    uploadBytes: Math.min(asked.uploadBytes, asked.bytesPerHour),
  };
  const service: Service = {
    bounds,
    table: new ClientTable(bounds),
    counters: newCounters(),
    secret: randomBytes(SECRET_BYTES),
    ports: {},
    nowMs: () => performance.now(),
  };
  const { listen } = options;
  const credentials = options.credentials ?? (await selfSigned(Date.now()));
  const fingerprint = fingerprintOf(credentials.certificate);
  const servers: GuardedServer[] = [];
  let udp: Socket | undefined;
  const close = async (): Promise<void> => {
    const closing = udp;
    udp = undefined;
    closing?.close();
    await Promise.all(servers.splice(0).map((server) => server.close()));
  };
  const openHttp = async (name: "TLS" | "HTTP", port: number): Promise<number> => {
    const server = new GuardedServer(service, name === "TLS" ? credentials : undefined);
    const opened = await server.listen(listen, port).catch(failed(name, port));
    servers.push(server);
    return opened;
  };
  try {
    const port = await openHttp("TLS", options.port);
    const otherPort = options.otherPort === undefined ? undefined : await openHttp("TLS", options.otherPort);
    const httpPort = options.httpPort === undefined ? undefined : await openHttp("HTTP", options.httpPort);
    if (options.udpPort !== undefined)
      udp = await openUdpEcho(listen, options.udpPort, service).catch(failed("UDP", options.udpPort));
    const udpPort = udp?.address().port;
    const all = Object.entries({ port, otherPort, httpPort, udpPort });
    Object.assign(service.ports, Object.fromEntries(all.filter(([, one]) => one !== undefined)));
    return {
      ...{ port, otherPort, httpPort, udpPort },
      fingerprint,
      counters: service.counters,
      get clients() {
        return service.table.size;
      },
      get openConnections() {
        return service.table.connections;
      },
      status: () => statusSentence(service.counters, service.table.size, service.table.connections),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function failed(service: ListenProblem["service"], port: number): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    throw new ListenProblem(service, port, error);
  };
}
