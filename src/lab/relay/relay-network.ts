/**
 * The laboratory's network on machines without rights: every server, box and link in this process, over IPv4 loopback.
 * It shows states and rates. What lies below streams is absent: loss, hops, RTT, QUIC, and who else might be asked.
 */
import { writeFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { join } from "node:path";
import { seededRandom } from "../../base/random.ts";
import type { RuleList } from "../../rules/rule.ts";
import { packetClockUs, type ScenarioClock, scenarioTimeMs } from "../clock/clocks.ts";
import { PROXIES } from "../control/lab-record.ts";
import type { Health } from "../middlebox/health.ts";
import type { HostingCondition, LabNetwork, NetworkStatus } from "../network/lab-network.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { CertificateAuthority } from "../sites/certificate-authority.ts";
import type { NameServerCondition } from "../sites/name-server.ts";
import { SiteCatalogue, type SiteCondition } from "../sites/site-catalogue.ts";
import { hostingPrefix } from "../topology/addressing.ts";
import { planTopology } from "../topology/plan-topology.ts";
import type { Topology } from "../topology/topology.ts";
import { carryOutVisit } from "../visit/carry-out-visit.ts";
import type { LookUp } from "../visit/look-up.ts";
import type { VisitOutcome, VisitRequest } from "../visit/visit.ts";
import type { RelayBox } from "./relay-box.ts";
import { RelayEntry, type Way } from "./relay-entry.ts";
import { lookUpName } from "./relay-look-up.ts";
import { RelayMap } from "./relay-map.ts";
import { relayMeans } from "./relay-means.ts";
import { RelaySites, type ServedPorts } from "./relay-sites.ts";

const AUTHORITY = "authority.pem";
const LOOK_UP_TIMEOUT_MS = 8000;
const HTTP_PORT = 80;
const HTTPS_PORT = 443;

export class RelayNetwork implements LabNetwork {
  readonly kind = "relay";
  readonly topology: Topology;
  readonly #scenario: Scenario;
  readonly #folder: string;
  readonly #map: RelayMap;
  readonly #catalogue: SiteCatalogue;
  readonly #entries = new Map<string, { readonly entry: RelayEntry; readonly port: number }>();
  /** By hosting network. */
  readonly #served = new Map<string, ServedPorts>();
  #sites: RelaySites | undefined;
  #nameServer: NameServerCondition = "up";
  #authority = "";
  #clock: ScenarioClock;

  /** `folder`: for files of this laboratory. */
  constructor(scenario: Scenario, folder: string, clock: ScenarioClock) {
    this.#scenario = scenario;
    this.#folder = folder;
    this.#clock = clock;
    this.topology = planTopology(scenario);
    this.#catalogue = new SiteCatalogue(scenario.sites);
    const scenarioMs = (): number => scenarioTimeMs(this.#clock, packetClockUs());
    const random = seededRandom(scenario.seed);
    this.#map = new RelayMap(scenario, this.topology, random, clock.speed, scenarioMs);
  }

  /** Port of each client's entry, by client. */
  get proxies(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#entries].map(([client, { port }]) => [client, port]));
  }

  async start(): Promise<void> {
    const authority = await CertificateAuthority.create(Date.now());
    this.#authority = authority.pem;
    this.#sites = new RelaySites(this.#catalogue, authority);
    for (const { name } of this.#scenario.hosting) this.#served.set(name, await this.#sites.serve());
    for (const client of this.#map.clients.keys()) {
      const entry = new RelayEntry({
        lookUp: (name) => this.#lookUp(client, name, 4, LOOK_UP_TIMEOUT_MS),
        wayTo: (address, port) => this.#wayTo(client, address, port),
      });
      this.#entries.set(client, { entry, port: await entry.listen() });
    }
    writeFileSync(join(this.#folder, AUTHORITY), this.#authority);
    writeFileSync(join(this.#folder, PROXIES), JSON.stringify(this.proxies));
  }

  visit(request: VisitRequest): Promise<VisitOutcome> {
    const { entry, port } = this.#entries.get(request.client)!;
    const means = relayMeans({
      entryPort: port,
      authority: this.#authority,
      lookUp: (name, version, timeoutMs) => this.#lookUp(request.client, name, version, timeoutMs),
      passedUpBytes: (clientPort) => entry.flowOf(clientPort)?.passedUpBytes ?? 0,
      close: (clientPort) => entry.flowOf(clientPort)?.close(),
    });
    return carryOutVisit(request, means);
  }

  async setRules(network: string, device: number, rules: RuleList): Promise<void> {
    this.#device(network, device).replaceRules(rules);
  }

  async setHealth(network: string, device: number, health: Health): Promise<void> {
    this.#device(network, device).health = health;
  }

  async setClock(clock: ScenarioClock): Promise<void> {
    this.#clock = clock;
  }

  async setSite(name: string, condition: SiteCondition): Promise<void> {
    this.#catalogue.setCondition(name, condition);
  }

  async setNameServer(condition: NameServerCondition): Promise<void> {
    this.#nameServer = condition;
  }

  async setHosting(hosting: string, condition: HostingCondition): Promise<void> {
    const border = this.#map.borders.get(hosting);
    if (!border) throw new Error(`there is no hosting network ${hosting}`);
    border.condition = condition;
  }

  async setCutOff(hosting: string, sites: readonly string[]): Promise<void> {
    this.#map.cutOff.set(hosting, new Set(sites.map((site) => this.topology.sites.get(site)!.v4)));
  }

  async setTraffic(towards: string, rateBps: number): Promise<void> {
    this.#map.setTraffic(towards, rateBps);
  }

  /** Streams are not counted as packets are: there are no groups to tell of. */
  async status(): Promise<NetworkStatus> {
    return { groups: [], restarts: 0 };
  }

  async stop(): Promise<void> {
    for (const { entry } of this.#entries.values()) entry.close();
    this.#sites?.close();
  }

  #device(network: string, device: number): RelayBox {
    const boxes = this.#map.boxes.get(network);
    if (!boxes) throw new Error(`network ${network} has no box`);
    const box = boxes[device];
    if (!box) throw new Error(`network ${network} has no device ${device}`);
    return box;
  }

  #lookUp(client: string, name: string, version: 4 | 6, timeoutMs: number): Promise<LookUp> {
    const { address, network } = this.#map.clients.get(client)!;
    const delayUs = network ? network.up.delayUs + network.down.delayUs + 2 * network.trunk.delayUs : 0;
    return lookUpName(
      {
        name,
        version,
        timeoutMs,
        address,
        roundTripMs: delayUs / 1000,
        boxes: this.#map.accessBoxes(client),
      },
      { condition: this.#nameServer, address: this.topology.nameServer.v4, sites: this.topology.sites },
    );
  }

  /** All addresses of a hosting network are its servers', as on the kernel's. */
  #wayTo(client: string, address: string, port: number): Way | undefined {
    if (!isIPv4(address)) return undefined;
    const index = this.#scenario.hosting.findIndex((_, number) => {
      const prefix = hostingPrefix(number).v4.split(".").slice(0, 2).join(".");
      return address.startsWith(`${prefix}.`);
    });
    const hosting = this.#scenario.hosting[index];
    if (!hosting) return undefined;
    const ports = this.#served.get(hosting.name)!;
    return {
      places: this.#map.places(client, hosting.name, port, address),
      port: port === HTTP_PORT ? ports.http : port === HTTPS_PORT ? ports.https : undefined,
    };
  }
}
