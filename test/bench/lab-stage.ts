/**
 * The network of the laboratory's benches, inside a cell: client, one router with the box, transit, border, servers. The
 * box can be put in and taken out, driver, firewall rules and all, so that both are measured on the same namespaces.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { withinNetwork } from "../../src/host/kernel/network-namespace.ts";
import { furnishCell } from "../../src/lab/cell/cell.ts";
import { packetClockUs, type ScenarioClock } from "../../src/lab/clock/clocks.ts";
import type { BoxDriverSetup, BoxGroupStatus, BoxRequest } from "../../src/lab/driver/box-messages.ts";
import { buildNetwork, networkPath } from "../../src/lab/network/build-network.ts";
import { firewallRules } from "../../src/lab/network/firewall.ts";
import { Part } from "../../src/lab/parts/parent-part.ts";
import { planTopology } from "../../src/lab/topology/plan-topology.ts";
import type { Topology } from "../../src/lab/topology/topology.ts";
import type { RuleList } from "../../src/rules/rule.ts";
import { scenarioOf } from "../lab/small-scenario.ts";

export const CLIENT = "bench-client";
export const SERVERS = "hoster-servers";
const NETWORK = "access";
const TICKS_A_SECOND = 100;

const SCENARIO = `
name: bench
title: one client, one box, one hosting network
start: 2026-03-02T09:00:00Z
end: 2026-03-02T10:00:00Z
rules: {none: {rules: []}}
hosting: [{name: hoster, asn: 64500, link: {delay: 0 ms}}]
sites: [{name: www.example.org, hosting: hoster}]
networks:
  - {name: ${NETWORK}, kind: landline, asn: 64510, hops: 1, access: {delay: 0 ms}, box: {hop: 1, rules: none}, clients: [${CLIENT}]}
`;

export class Stage {
  readonly topology: Topology;
  readonly boxHost: string;
  #clock: ScenarioClock;
  #driver: Part<BoxDriverSetup> | undefined;

  constructor(folder: string) {
    const scenario = scenarioOf(SCENARIO);
    this.topology = planTopology(scenario);
    this.boxHost = this.topology.boxes[0]!.host;
    this.#clock = { ms: scenario.startMs, us: packetClockUs(), speed: 1 };
    furnishCell(folder, this.topology.nameServer.v4);
    buildNetwork(this.topology);
    this.#firewall(false);
  }

  get clientAddress(): string {
    return this.topology.clients.get(CLIENT)!.v4;
  }

  get serverAddress(): string {
    return this.topology.sites.get("www.example.org")!.v4;
  }

  /** The box begins its work; resolves when its driver has the queue. */
  async putBoxIn(rules: RuleList): Promise<void> {
    const { host, outsideDevice } = this.topology.boxes[0]!;
    this.#driver = new Part<BoxDriverSetup>({
      name: "the box driver",
      module: "../driver/box-driver",
      setup: () => ({
        seed: 1,
        clock: this.#clock,
        groups: [
          {
            ...{ network: NETWORK, role: "box", host, outsideDevice, config: {}, others: -1 },
            devices: [{ rules, health: { kind: "ok" } }],
            clients: [{ address: this.clientAddress, device: 0 }],
          },
        ],
      }),
    });
    this.#firewall(true);
    await this.#driver.start();
  }

  /** Plain forwarding from now on: no rules, no connection tracking, no driver. */
  takeBoxOut(): void {
    this.#driver?.stop();
    this.#driver = undefined;
    this.#firewall(false);
  }

  #firewall(isIn: boolean): void {
    const text = isIn
      ? firewallRules(this.topology.boxes, []).get(this.boxHost)!
      : "*mangle\nCOMMIT\n*filter\nCOMMIT\n";
    for (const tool of ["iptables-restore", "ip6tables-restore"]) inNetwork(this.boxHost, [tool], text);
  }

  async status(): Promise<BoxGroupStatus> {
    const [group] = await this.#driver!.ask<BoxGroupStatus[]>({ kind: "status" });
    return group!;
  }

  /** The scenario clock leaps: flows that were idle for so long are forgotten. */
  async leap(ms: number): Promise<void> {
    this.#clock = { ms: this.#clock.ms + ms, us: packetClockUs(), speed: 1 };
    await this.#driver!.ask({ kind: "clock", clock: this.#clock } satisfies BoxRequest);
  }

  /** Processor time of the box driver so far, s. */
  driverSeconds(): number {
    return processSeconds(this.#driver!.pid!);
  }
}

export function processSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

export function inNetwork(host: string, command: readonly string[], input = ""): string {
  return execFileSync("ip", ["netns", "exec", host, ...command], {
    input,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** A file of /proc as it is in the host's network. */
export function readNetworkFile(host: string, path: string): string {
  return withinNetwork(networkPath(host), () => readFileSync(`/proc/thread-self/net/${path}`, "utf8"));
}
