/**
 * The servers of a laboratory made of relays: one for HTTP and one for HTTPS of each hosting network, on loopback ports
 * that the system chooses. They answer as those on the kernel's network do.
 */
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { answerRequest } from "../sites/answer-request.ts";
import type { CertificateAuthority } from "../sites/certificate-authority.ts";
import type { SiteCatalogue } from "../sites/site-catalogue.ts";

const LOOPBACK = "127.0.0.1";
/** Of a client that names none. */
const UNNAMED = "unnamed.invalid";

export interface ServedPorts {
  readonly http: number;
  readonly https: number;
}

export class RelaySites {
  readonly #catalogue: SiteCatalogue;
  readonly #authority: CertificateAuthority;
  readonly #servers: (Server & { closeAllConnections(): void })[] = [];

  constructor(catalogue: SiteCatalogue, authority: CertificateAuthority) {
    this.#catalogue = catalogue;
    this.#authority = authority;
  }

  /** Resolves when both listen. */
  async serve(): Promise<ServedPorts> {
    const catalogue = this.#catalogue;
    const authority = this.#authority;
    const http = createHttpServer((request, response) => answerRequest(request, response, catalogue));
    const https = createHttpsServer(
      {
        SNICallback: (name, done) => {
          authority.contextFor(name, Date.now()).then(
            (context) => done(null, context),
            (error: Error) => done(error),
          );
        },
        ...(await authority.credentialsFor(UNNAMED, Date.now())),
      },
      (request, response) => answerRequest(request, response, catalogue),
    );
    for (const server of [http, https]) {
      // A slow transfer is what this laboratory is for: nothing here gives up on one.
      server.requestTimeout = 0;
      server.headersTimeout = 0;
      server.timeout = 0;
      server.on("clientError", (_, socket) => socket.destroy());
      server.on("tlsClientError", (_, socket) => socket.destroy());
      this.#servers.push(server);
    }
    return { http: await listen(http), https: await listen(https) };
  }

  close(): void {
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, LOOPBACK, () => resolve((server.address() as AddressInfo).port));
  });
}
