/**
 * The program that is every server of a laboratory: the sites of all hosting networks and the name server.
 */
import { packetClockUs } from "../clock/clocks.ts";
import { networkPath } from "../network/build-network.ts";
import { childPart } from "../parts/child-part.ts";
import type { Site } from "../scenario/scenario.ts";
import type { SiteAddresses } from "../topology/topology.ts";
import { CertificateAuthority } from "./certificate-authority.ts";
import { NameServer, type NameServerCondition } from "./name-server.ts";
import { SiteCatalogue, type SiteCondition } from "./site-catalogue.ts";
import { serveSites } from "./site-server.ts";

export interface SiteSetup {
  /** Hosts that serve sites. */
  readonly hosts: readonly string[];
  /** The same name server answers on several hosts, at the same addresses. */
  readonly nameServers: { readonly hosts: readonly string[]; readonly addresses: readonly string[] };
  readonly sites: readonly Site[];
  readonly names: ReadonlyMap<string, SiteAddresses>;
}

export type SiteRequest =
  | { readonly kind: "site"; readonly name: string; readonly condition: SiteCondition }
  | { readonly kind: "name-server"; readonly condition: NameServerCondition };

/** What the laboratory learns when the servers are ready. */
export interface SitesReady {
  /** Certificate of the authority, PEM. */
  readonly authority: string;
  readonly startedUs: number;
}

childPart<SiteSetup>(async ({ hosts, nameServers, sites, names }, part) => {
  const authority = await CertificateAuthority.create(Date.now());
  const catalogue = new SiteCatalogue(sites);
  for (const host of hosts) await serveSites(networkPath(host), catalogue, authority);
  const nameServer = new NameServer(names);
  for (const host of nameServers.hosts) await nameServer.listen(networkPath(host), nameServers.addresses);
  part.onRequest = (body) => {
    const request = body as SiteRequest;
    if (request.kind === "site") catalogue.setCondition(request.name, request.condition);
    else nameServer.condition = request.condition;
    return true;
  };
  const ready: SitesReady = { authority: authority.pem, startedUs: packetClockUs() };
  part.ready(ready);
});
