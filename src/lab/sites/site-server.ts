/**
 * Serves every site of one hosting network: HTTP on port 80 and HTTPS on 443, at all of its addresses, for any name.
 */
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
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

/** Resolves when both ports listen in the network namespace at `network`. */
export async function serveSites(
  network: string,
  catalogue: SiteCatalogue,
  authority: CertificateAuthority,
): Promise<Server[]> {
  const http = createHttpServer((request, response) => answerRequest(request, response, catalogue));
  const https = createHttpsServer(
    {
      SNICallback: (name, done) => {
        authority.contextFor(name, Date.now()).then(
          (context) => done(null, context),
          (error: Error) => done(error),
        );
      },
      ...(await unnamedContext(authority)),
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
  }
  return Promise.all([listen(http, network, HTTP_PORT), listen(https, network, HTTPS_PORT)]);
}

async function unnamedContext(authority: CertificateAuthority): Promise<{ key: string; cert: string }> {
  return authority.credentialsFor(UNNAMED, Date.now());
}

function listen<T extends Server>(server: T, network: string, port: number): Promise<T> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => resolve(server));
    // Without a host name Node makes the socket at once, hence inside.
    withinNetwork(network, () => server.listen({ port, backlog: BACKLOG }));
  });
}
