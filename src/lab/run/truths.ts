/**
 * Conditions in, truth out: what holds for a client and a site. Pure; it asks the same rules as the boxes, and nothing of
 * what was measured. The first cause on the packet's way is the truth's: name, box, blocker, border, site.
 */

import type { Truth } from "../../observation/truth.ts";
import { addressBytes } from "../../packet/emit-ip.ts";
import type { Action } from "../../rules/action.ts";
import { compileRules } from "../../rules/matcher.ts";
import type { Matcher, Rule, RuleList } from "../../rules/rule.ts";
import type { HostingCondition } from "../network/lab-network.ts";
import type { AccessNetwork, Scenario } from "../scenario/scenario.ts";
import type { Topology } from "../topology/topology.ts";
import type { Caused, Conditions, DeviceCondition } from "./conditions.ts";
import { deviceKey } from "./conditions.ts";

type Body = Omit<Truth, "type" | "time" | "packetUs" | "client" | "network" | "site">;

const OK: Body = { state: "ok" };
const HTTPS_PORT = 443;
const encoder = new TextEncoder();

export class Truths {
  readonly #scenario: Scenario;
  readonly #topology: Topology;
  readonly #matchers = new WeakMap<RuleList, Matcher>();

  constructor(scenario: Scenario, topology: Topology) {
    this.#scenario = scenario;
    this.#topology = topology;
  }

  /** Every client and every site, in the scenario's order. */
  *pairs(): Generator<{ readonly client: string; readonly network: string; readonly site: string }> {
    for (const site of this.#scenario.sites) {
      for (const network of [...this.#scenario.networks, ...this.#scenario.hosting]) {
        for (const client of network.clients) {
          yield { client: client.name, network: network.name, site: site.name };
        }
      }
    }
  }

  /** The first of what stands in the way; the name server answers inside every hosting network too. */
  of(client: string, networkName: string, siteName: string, conditions: Conditions, timeMs: number): Body {
    const site = this.#scenario.sites.find(({ name }) => name === siteName)!;
    if (conditions.nameServer.condition !== "up") {
      return { state: "down", ...fault(conditions.nameServer.fault ?? "name-server") };
    }
    const network = this.#scenario.networks.find(({ name }) => name === networkName);
    const isInside = networkName === site.hosting;
    const onTheWay =
      (network ? this.#atAccess(client, network, siteName, conditions, timeMs) : undefined) ??
      (network || isInside ? undefined : this.#atBorder(networkName, false, conditions)) ??
      (isInside ? undefined : this.#atBorder(site.hosting, network?.kind === "abroad", conditions));
    if (onTheWay) return onTheWay;
    const condition = conditions.sites.get(siteName);
    if (condition && condition.condition !== "up") return { state: "down", ...fault(condition.fault) };
    const full = isInside
      ? undefined
      : (conditions.congested.get(site.hosting) ?? conditions.congested.get(networkName));
    return full === undefined ? OK : { state: "ok", slowness: "congested", ...fault(full) };
  }

  /** A hosting network's border device and box. */
  #atBorder(hosting: string, isFromAbroad: boolean, conditions: Conditions): Body | undefined {
    const border = conditions.hosting.get(hosting);
    if (border && closes(border.condition, isFromAbroad)) return { state: "down", ...fault(border.fault) };
    const box = conditions.devices.get(deviceKey(hosting, 0));
    return box && brokenBox(box);
  }

  /** The box and the blocker of an access network. */
  #atAccess(
    client: string,
    network: AccessNetwork,
    site: string,
    conditions: Conditions,
    timeMs: number,
  ): Body | undefined {
    const device = network.clients.find(({ name }) => name === client)?.device;
    if (network.box && device !== undefined) {
      const { hop } = network.box;
      const found = conditions.devices.get(deviceKey(network.name, device));
      const broken = found && brokenBox(found);
      if (broken) return { ...broken, hop };
      if (found && found.condition.health.kind !== "fail-open") {
        const rule = this.#ruleFor(found.condition.rules, site, timeMs);
        if (rule && rule.action.kind !== "pass") return { ...bodyOf(rule), hop };
      }
    }
    if (!network.blocker) return undefined;
    const list = this.#scenario.rules[network.blocker.rules];
    const rule = list && this.#ruleFor(list, site, timeMs);
    return rule && rule.action.kind !== "pass" ? { ...bodyOf(rule), hop: network.blocker.hop } : undefined;
  }

  #ruleFor(list: RuleList, site: string, timeMs: number): Rule | undefined {
    let matcher = this.#matchers.get(list);
    if (!matcher) {
      matcher = compileRules(list);
      this.#matchers.set(list, matcher);
    }
    const address = addressBytes(this.#topology.sites.get(site)!.v4);
    const name = encoder.encode(site);
    const byAddress = matcher.match(undefined, name, 0, 0, address, 0, 4, HTTPS_PORT, timeMs);
    const byName = matcher.match("tls", name, 0, name.length, address, 0, 4, HTTPS_PORT, timeMs);
    const index = byAddress >= 0 ? byAddress : byName;
    return index >= 0 ? matcher.rules[index] : undefined;
  }
}

function closes(condition: HostingCondition, isFromAbroad: boolean): boolean {
  return (
    condition === "down" || condition === "withdrawn" || (condition === "closed-to-outside" && isFromAbroad)
  );
}

/** What a box that does not work does to everybody behind it. */
function brokenBox({ condition: { health }, fault: cause }: Caused<DeviceCondition>): Body | undefined {
  if (health.kind === "fail-closed") return { state: "down", ...fault(cause) };
  if (health.kind === "overloaded") return { state: "down", partial: true, ...fault(cause) };
  if (health.kind !== "malfunction") return undefined;
  return { state: "down", ...(health.share < 1 ? { partial: true } : {}), ...fault(cause) };
}

function fault(id: string | undefined): { fault?: string } {
  return id === undefined ? {} : { fault: id };
}

function bodyOf(rule: Rule): Body {
  const { action } = rule;
  const body = { ...stateOf(action), action: action.kind, rule: rule.id, ...limitOf(action) };
  // Slow for everything is no measure against anybody.
  return rule.any && body.state === "throttled" ? { ...body, state: "ok" } : body;
}

function stateOf(action: Action): Pick<Body, "state" | "slowness"> {
  switch (action.kind) {
    case "police":
      return { state: "throttled", slowness: "policed" };
    case "shape":
      return { state: "throttled", slowness: "shaped" };
    case "delay-handshake":
      return { state: "throttled", slowness: "delayed" };
    case "freeze":
      return { state: "blocked", slowness: "frozen" };
    case "pass":
      return { state: "ok" };
    default:
      return { state: "blocked" };
  }
}

function limitOf(action: Action): Partial<Body> {
  if (action.kind !== "police" && action.kind !== "shape") return {};
  const { rateBps, burstBytes, directions, scope } = action;
  return { rateBps, burstBytes, counts: "ip", directions, scope };
}
