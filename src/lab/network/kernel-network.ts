/**
 * The laboratory's network on the kernel: namespaces, the box driver, the link emulator and the servers. Runs inside a
 * furnished cell (cell/cell.ts).
 */
import { execFileSync } from "node:child_process";
import type { RuleList } from "../../rules/rule.ts";
import { trustAuthority } from "../cell/cell.ts";
import type { ScenarioClock } from "../clock/clocks.ts";
import type {
  BoxDriverSetup,
  BoxGroupSetup,
  BoxGroupStatus,
  BoxRequest,
  DeviceSetup,
} from "../driver/box-messages.ts";
import type { OwnDelay } from "../driver/delay-histogram.ts";
import type { LinkEmulatorSetup } from "../driver/link-emulator.ts";
import type { RecorderSetup } from "../driver/recorder.ts";
import type { TrafficRequest, TrafficSetup } from "../driver/traffic.ts";
import type { Health } from "../middlebox/health.ts";
import { Part } from "../parts/parent-part.ts";
import type { BoxPlace, Scenario } from "../scenario/scenario.ts";
import type { NameServerCondition } from "../sites/name-server.ts";
import type { SiteCondition } from "../sites/site-catalogue.ts";
import type { SiteRequest, SiteSetup, SitesReady } from "../sites/site-process.ts";
import {
  accessPrefix,
  hostingLink,
  hostingPrefix,
  serverAddress,
  UNUSED_ADDRESS,
  unusedClientAddress,
} from "../topology/addressing.ts";
import { NAME_SERVER_HOST, planTopology, TRANSIT, UP } from "../topology/plan-topology.ts";
import type { BoxSite, SiteAddresses, Topology } from "../topology/topology.ts";
import { carryOutVisit } from "../visit/carry-out-visit.ts";
import { kernelMeans } from "../visit/kernel-means.ts";
import type { VisitOutcome, VisitRequest } from "../visit/visit.ts";
import { changeAccessRate } from "./access-rate.ts";
import { blockerConfig, boxConfig } from "./box-config.ts";
import { buildNetwork, networkPath } from "./build-network.ts";
import { BOX_FORWARD_RULE, linkQueues } from "./firewall.ts";
import type { HostingCondition, LabNetwork, NetworkStatus } from "./lab-network.ts";

const NO_RULES: RuleList = { name: "none", rules: [] };

type DeviceState = { -readonly [K in keyof DeviceSetup]: DeviceSetup[K] };

export class KernelNetwork implements LabNetwork {
  readonly kind = "kernel";
  readonly topology: Topology;
  readonly #scenario: Scenario;
  readonly #folder: string;
  readonly #captures: string | undefined;
  readonly #random: () => number;
  /** What each box should hold now: a driver that is started again gets it. */
  readonly #devices: DeviceState[][];
  readonly #driver: Part<BoxDriverSetup>;
  readonly #links: Part<LinkEmulatorSetup>;
  readonly #sites: Part<SiteSetup>;
  readonly #traffic: Part<TrafficSetup>;
  readonly #recorder: Part<RecorderSetup>;
  readonly #hosting = new Map<string, HostingCondition>();
  readonly #cutOff = new Map<string, readonly string[]>();
  #clock: ScenarioClock;
  #authority = "";
  authorityPath = "";

  /** `folder`: for files of this laboratory. `captures`: where to; absent, none are made. `random` gives query ids. */
  constructor(
    scenario: Scenario,
    folder: string,
    captures: string | undefined,
    clock: ScenarioClock,
    random: () => number,
  ) {
    this.#captures = captures;
    this.#scenario = scenario;
    this.#folder = folder;
    this.#clock = clock;
    this.#random = random;
    this.topology = planTopology(scenario);
    this.#devices = this.topology.boxes.map((site) => devicesOf(site, scenario));
    this.#driver = new Part<BoxDriverSetup>({
      name: "the box driver",
      module: "../driver/box-driver",
      setup: () => ({ seed: scenario.seed, clock: this.#clock, groups: this.#groups() }),
    });
    this.#links = new Part<LinkEmulatorSetup>({
      name: "the link emulator",
      module: "../driver/link-emulator",
      setup: () => ({ seed: scenario.seed, queues: linkQueues(this.topology) }),
    });
    this.#traffic = new Part<TrafficSetup>({
      name: "the traffic source",
      module: "../driver/traffic",
      // Behind a link of its own: the queue that it fills must not hold it back.
      setup: () => ({ host: NAME_SERVER_HOST, seed: scenario.seed }),
    });
    this.#recorder = new Part<RecorderSetup>({
      name: "the recorder",
      module: "../driver/recorder",
      setup: () => ({ folder: this.#captures ?? "", places: recordedPlaces(this.topology) }),
    });
    this.#sites = new Part<SiteSetup>({
      name: "the site server",
      module: "../sites/site-process",
      // Servers that are started again have another authority.
      onReady: (note) => this.#trust((note as SitesReady).authority),
      setup: () => ({
        hosts: scenario.hosting.map(({ name }) => `${name}-servers`),
        nameServers: {
          hosts: [NAME_SERVER_HOST, ...scenario.hosting.map(({ name }) => `${name}-servers`)],
          addresses: addressesOf(this.topology.nameServer),
        },
        sites: scenario.sites,
        names: this.topology.sites,
      }),
    });
  }

  async start(): Promise<void> {
    buildNetwork(this.topology);
    const starts: Promise<unknown>[] = [this.#sites.start()];
    if (linkQueues(this.topology).length > 0) starts.push(this.#links.start());
    if (this.topology.boxes.length > 0) starts.push(this.#driver.start());
    if (this.#captures !== undefined) starts.push(this.#recorder.start());
    await Promise.all(starts);
  }

  #trust(authority: string): void {
    this.#authority = authority;
    this.authorityPath = trustAuthority(this.#folder, authority);
  }

  visit(request: VisitRequest): Promise<VisitOutcome> {
    const means = kernelMeans({
      network: networkPath(request.client),
      nameServer: this.topology.nameServer.v4,
      authority: this.#authority,
      random: this.#random,
    });
    return carryOutVisit(request, means);
  }

  async setRules(network: string, device: number, rules: RuleList): Promise<void> {
    const group = this.#group(network, device);
    this.#devices[group]![device]!.rules = rules;
    await this.#askDriver({ kind: "rules", group, device, rules });
  }

  async setHealth(network: string, device: number, health: Health): Promise<void> {
    const group = this.#group(network, device);
    this.#devices[group]![device]!.health = health;
    await this.#askDriver({ kind: "health", group, device, health });
  }

  async setClock(clock: ScenarioClock): Promise<void> {
    this.#clock = clock;
    if (this.topology.boxes.length > 0) await this.#askDriver({ kind: "clock", clock });
  }

  async setSite(name: string, condition: SiteCondition): Promise<void> {
    await this.#sites.ask({ kind: "site", name, condition } satisfies SiteRequest);
  }

  async setNameServer(condition: NameServerCondition): Promise<void> {
    await this.#sites.ask({ kind: "name-server", condition } satisfies SiteRequest);
  }

  async setHosting(hosting: string, condition: HostingCondition): Promise<void> {
    this.#hosting.set(hosting, condition);
    const index = this.#scenario.hosting.findIndex(({ name }) => name === hosting);
    const prefix = hostingPrefix(index);
    const link = hostingLink(index, 0);
    const border = `${hosting}-border`;
    for (const version of [4, 6] as const) {
      const tool = version === 4 ? "iptables-restore" : "ip6tables-restore";
      const rules = this.#borderRules(hosting, condition, version);
      execFileSync("ip", ["netns", "exec", border, tool], { input: `*filter\n${rules}COMMIT\n` });
    }
    const isWithdrawn = condition === "withdrawn";
    const route = (version: string, to: string, via: string): void => {
      const target = isWithdrawn ? ["unreachable", to] : [to, "via", via];
      execFileSync("ip", ["-n", TRANSIT, version, "route", "del", to]);
      execFileSync("ip", ["-n", TRANSIT, version, "route", "add", ...target]);
    };
    route("-4", prefix.v4, link.lower);
    if (this.#scenario.ipv6) route("-6", prefix.v6, link.lower6);
  }

  /** Behind the border are only its own: what passes it goes to or comes from other networks. */
  #borderRules(hosting: string, condition: HostingCondition, version: 4 | 6): string {
    if (condition === "down") return "-A FORWARD -j DROP\n";
    const kept = this.topology.boxes.some(({ host }) => host === `${hosting}-border`) ? BOX_FORWARD_RULE : "";
    const cutOff = (this.#cutOff.get(hosting) ?? []).map((site) => {
      const { v4, v6 } = this.topology.sites.get(site)!;
      const address = version === 4 ? v4 : v6;
      return address === undefined ? "" : `-A FORWARD -d ${address} -j DROP\n`;
    });
    const abroad = this.#scenario.networks.flatMap(({ kind }, index) => {
      const { v4, v6 } = accessPrefix(index);
      const isKeptOut = condition === "closed-to-outside" && kind === "abroad";
      return isKeptOut ? [`-A FORWARD -s ${version === 4 ? v4 : v6} -j DROP\n`] : [];
    });
    return [...cutOff, ...abroad, kept].join("");
  }

  async setCutOff(hosting: string, sites: readonly string[]): Promise<void> {
    this.#cutOff.set(hosting, sites);
    await this.setHosting(hosting, this.#hosting.get(hosting) ?? "up");
  }

  async setTraffic(towards: string, rateBps: number): Promise<void> {
    if (!this.#traffic.isRunning) await this.#traffic.start();
    const { networks, hosting } = this.#scenario;
    const index = hosting.findIndex(({ name }) => name === towards);
    const address =
      index >= 0
        ? serverAddress(index, UNUSED_ADDRESS).v4
        : unusedClientAddress(networks.findIndex(({ name }) => name === towards));
    await this.#traffic.ask({ address, rateBps } satisfies TrafficRequest);
  }

  /** Of all access links of a network, both ways; undefined: as the scenario has it. */
  setAccessRate(network: string, rateBps: number | undefined): void {
    changeAccessRate(this.topology, network, rateBps);
  }

  /** A program that is being started again has nothing to tell of. */
  async status(): Promise<NetworkStatus> {
    const groups =
      this.topology.boxes.length > 0
        ? ((await this.#askDriver<BoxGroupStatus[]>({ kind: "status" })) ?? [])
        : [];
    const links = await askIfRunning<OwnDelay>(this.#links, "status");
    return {
      groups: groups.map((group, index) => {
        const { network, role } = this.topology.boxes[index]!;
        return { ...group, network, role };
      }),
      ...(links === undefined ? {} : { links }),
      restarts: this.#driver.restarts + this.#links.restarts + this.#sites.restarts,
    };
  }

  /** Of the programs that make the network, by name: for tests that end one. */
  get processes(): { readonly driver?: number | undefined; readonly links?: number | undefined } {
    return { driver: this.#driver.pid, links: this.#links.pid };
  }

  async stop(): Promise<void> {
    if (this.#recorder.isRunning) await this.#recorder.ask({ kind: "flush" }).catch(() => {});
    for (const part of [this.#driver, this.#links, this.#sites, this.#traffic, this.#recorder]) part.stop();
  }

  #askDriver<Answer>(request: BoxRequest): Promise<Answer | undefined> {
    return askIfRunning<Answer>(this.#driver, request);
  }

  #group(network: string, device: number): number {
    const group = this.topology.boxes.findIndex((box) => box.network === network && box.role === "box");
    if (group < 0) throw new Error(`network ${network} has no box`);
    if (!this.#devices[group]![device]) throw new Error(`network ${network} has no device ${device}`);
    return group;
  }

  #groups(): BoxGroupSetup[] {
    const { speed } = this.#clock;
    return this.topology.boxes.map((site, index) => {
      const { network, role, host, outsideDevice } = site;
      const access = this.#scenario.networks.find(({ name }) => name === network);
      const place = role === "box" ? boxPlaceOf(network, this.#scenario) : undefined;
      return {
        network,
        role,
        host,
        outsideDevice,
        config: place ? boxConfig(place, speed) : blockerConfig(speed),
        devices: this.#devices[index]!,
        // The operator's own blocker is on everybody's way, and so is a box at a hosting network's border.
        others: role === "blocker" || !access ? 0 : -1,
        clients: (role === "box" ? (access?.clients ?? []) : []).flatMap(({ name, device }) =>
          device === undefined
            ? []
            : addressesOf(this.topology.clients.get(name)!).map((address) => ({ address, device })),
        ),
      };
    });
  }
}

/** A part that is being started again answers nothing, and gets the new state with its setup. */
async function askIfRunning<Answer>(
  part: Pick<Part<unknown>, "ask" | "isRunning">,
  request: unknown,
): Promise<Answer | undefined> {
  try {
    return await part.ask<Answer>(request);
  } catch (error) {
    if (part.isRunning) throw error;
    return undefined;
  }
}

/** Clients, and servers where they meet their network. */
function recordedPlaces({ hosts }: Topology): { host: string; device: string }[] {
  return hosts
    .filter(({ role, network }) => role === "client" || (role === "servers" && network !== undefined))
    .map(({ name }) => ({ host: name, device: UP }));
}

function addressesOf({ v4, v6 }: SiteAddresses): string[] {
  return v6 === undefined ? [v4] : [v4, v6];
}

function devicesOf({ network, role }: BoxSite, scenario: Scenario): DeviceState[] {
  const place = boxPlaceOf(network, scenario);
  const blocker = scenario.networks.find(({ name }) => name === network)?.blocker;
  const list = role === "blocker" ? blocker?.rules : place?.rules;
  const rules = list === undefined ? NO_RULES : (scenario.rules[list] ?? NO_RULES);
  const count = role === "blocker" ? 1 : (place?.devices ?? 1);
  return Array.from({ length: count }, () => ({ rules, health: { kind: "ok" } as const }));
}

function boxPlaceOf(network: string, { networks, hosting }: Scenario): BoxPlace | undefined {
  return [...networks, ...hosting].find(({ name }) => name === network)?.box;
}
