/**
 * The servers of a laboratory made of relays: one for HTTP and one for HTTPS of each hosting network, on loopback ports
 * that the system chooses. They answer as those on the kernel's network do.
 */
import type { AddressInfo, Server } from "node:net";
import type { CertificateAuthority } from "../sites/certificate-authority.ts";
import type { SiteCatalogue } from "../sites/site-catalogue.ts";
import { createSiteServers } from "../sites/site-server.ts";

const LOOPBACK = "127.0.0.1";

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
    const { http, https } = await createSiteServers(this.#catalogue, this.#authority);
    this.#servers.push(http, https);
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
