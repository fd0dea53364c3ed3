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
import type { AccessNetwork, Blocker, Scenario } from "../scenario/scenario.ts";
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

  /**
   * What stands in the way, the nearest first; what stops everything counts before what only slows. The name server
   * answers inside every hosting network too.
   */
  of(client: string, networkName: string, siteName: string, conditions: Conditions, timeMs: number): Body {
    const found = [...this.#onTheWay(client, networkName, siteName, conditions, timeMs)];
    return (
      found.find(({ state, partial }) => (state === "down" || state === "blocked") && !partial) ??
      found.find(({ state }) => state !== "ok") ??
      found[0] ??
      OK
    );
  }

  *#onTheWay(
    client: string,
    networkName: string,
    siteName: string,
    conditions: Conditions,
    timeMs: number,
  ): Generator<Body> {
    const site = this.#scenario.sites.find(({ name }) => name === siteName)!;
    if (conditions.nameServer.condition !== "up") {
      yield { state: "down", ...fault(conditions.nameServer.fault ?? "name-server") };
    }
    const network = this.#scenario.networks.find(({ name }) => name === networkName);
    const isInside = networkName === site.hosting;
    if (network) yield* this.#atAccess(client, network, siteName, conditions, timeMs);
    else if (!isInside) yield* this.#atBorder(networkName, false, conditions);
    if (!isInside) {
      yield* this.#atBorder(site.hosting, network?.kind === "abroad", conditions);
      const cutOff = conditions.cutOff.get(siteName);
      if (cutOff !== undefined) yield { state: "down", fault: cutOff };
      for (const name of [site.hosting, networkName]) {
        const full = conditions.congested.get(name);
        if (full !== undefined) yield { state: "ok", slowness: "congested", fault: full };
      }
    }
    const condition = conditions.sites.get(siteName);
    if (condition && condition.condition !== "up") {
      const partial = condition.condition === "overloaded" ? { partial: true } : {};
      yield { state: "down", ...partial, ...fault(condition.fault) };
    }
  }

  /** A hosting network's border device and box. */
  *#atBorder(hosting: string, isFromAbroad: boolean, conditions: Conditions): Generator<Body> {
    const border = conditions.hosting.get(hosting);
    if (border && closes(border.condition, isFromAbroad)) yield { state: "down", ...fault(border.fault) };
    const box = conditions.devices.get(deviceKey(hosting, 0));
    const broken = box && brokenBox(box);
    if (broken) yield broken;
  }

  /** The box and the blocker of an access network, by their hops. */
  *#atAccess(
    client: string,
    network: AccessNetwork,
    site: string,
    conditions: Conditions,
    timeMs: number,
  ): Generator<Body> {
    const { box, blocker } = network;
    const isBlockerFirst = blocker !== undefined && box !== undefined && blocker.hop < box.hop;
    if (isBlockerFirst) yield* this.#atBlocker(blocker, site, timeMs);
    const device = network.clients.find(({ name }) => name === client)?.device;
    const found = device === undefined ? undefined : conditions.devices.get(deviceKey(network.name, device));
    if (box && found) {
      const broken = brokenBox(found);
      if (broken) yield { ...broken, hop: box.hop };
      if (found.condition.health.kind !== "fail-open") {
        yield* this.#byRule(found.condition.rules, site, box.hop, timeMs);
      }
    }
    if (blocker && !isBlockerFirst) yield* this.#atBlocker(blocker, site, timeMs);
  }

  *#atBlocker({ rules, hop }: Blocker, site: string, timeMs: number): Generator<Body> {
    const list = this.#scenario.rules[rules];
    if (list) yield* this.#byRule(list, site, hop, timeMs);
  }

  *#byRule(list: RuleList, site: string, hop: number, timeMs: number): Generator<Body> {
    const rule = this.#ruleFor(list, site, timeMs);
    if (rule && rule.action.kind !== "pass") yield { ...bodyOf(rule), hop };
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
