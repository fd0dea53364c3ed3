/**
 * Serves every site of one hosting network: HTTP on port 80 and HTTPS on 443, at all of its addresses, for any name.
 */
import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer, type Server as HttpsServer } from "node:https";
import type { Server } from "node:net";
import { withinNetwork } from "../../host/kernel/network-namespace.ts";
import { answerRequest } from "./answer-request.ts";
import type { CertificateAuthority } from "./certificate-authority.ts";
import type { SiteCatalogue } from "./site-catalogue.ts";

const HTTP_PORT = 80;
const HTTPS_PORT = 443;
const BACKLOG = 4096;
/** Of a client that names none. */
const UNNAMED = "unnamed.invalid";

export interface SiteServers {
  readonly http: HttpServer;
  readonly https: HttpsServer;
}

/** Answering for every site of the catalogue by any name; where they listen is the caller's. */
export async function createSiteServers(
  catalogue: SiteCatalogue,
  authority: CertificateAuthority,
): Promise<SiteServers> {
  const answer = (request: IncomingMessage, response: ServerResponse): void =>
    answerRequest(request, response, catalogue);
  const http = createHttpServer(answer);
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
    answer,
  );
  for (const server of [http, https]) {
    // A slow transfer is what this laboratory is for: nothing here gives up on one.
    server.requestTimeout = 0;
    server.headersTimeout = 0;
    server.timeout = 0;
    server.on("clientError", (_, socket) => socket.destroy());
    server.on("tlsClientError", (_, socket) => socket.destroy());
  }
  return { http, https };
}

/** Resolves when both ports listen in the network namespace at `network`. */
export async function serveSites(
  network: string,
  catalogue: SiteCatalogue,
  authority: CertificateAuthority,
): Promise<void> {
  const { http, https } = await createSiteServers(catalogue, authority);
  await Promise.all([listen(http, network, HTTP_PORT), listen(https, network, HTTPS_PORT)]);
}

function listen(server: Server, network: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => resolve());
    // Without a host name Node makes the socket at once, hence inside.
    withinNetwork(network, () => server.listen({ port, backlog: BACKLOG }));
  });
}
