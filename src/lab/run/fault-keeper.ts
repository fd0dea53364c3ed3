/**
 * Carries faults out on the network and undoes them, and keeps the conditions that the truth is derived from.
 */
import type { Random } from "../../base/random.ts";
import type { Authority } from "../authority/authority.ts";
import type { FaultEffect } from "../faults/fault-effects.ts";
import { faultEffects } from "../faults/fault-effects.ts";
import type { LabNetwork } from "../network/lab-network.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { PlannedFault } from "../scenario/story.ts";
import { type Conditions, deviceKey } from "./conditions.ts";
import type { Happening } from "./laboratory.ts";
import type { Planned, Schedule } from "./schedule.ts";

export type FaultPlan = Exclude<Planned, { readonly kind: "round" | "rules-change" }>;

export class FaultKeeper {
  readonly #scenario: Scenario;
  readonly #network: LabNetwork;
  readonly #authority: Authority;
  readonly #conditions: Conditions;
  readonly #schedule: Schedule;
  readonly #random: Random;
  /** Orders that wrong-order faults issued, by fault. */
  readonly #orders = new Map<string, string>();
  readonly #active: PlannedFault[] = [];

  constructor(
    scenario: Scenario,
    network: LabNetwork,
    authority: Authority,
    conditions: Conditions,
    schedule: Schedule,
    random: Random,
  ) {
    this.#scenario = scenario;
    this.#network = network;
    this.#authority = authority;
    this.#conditions = conditions;
    this.#schedule = schedule;
    this.#random = random;
  }

  /** What happened, for the timeline. */
  async carryOut(planned: FaultPlan, atMs: number): Promise<Happening[]> {
    if (planned.kind === "site-recovers") {
      const { site, fault } = planned;
      this.#conditions.cutOff.delete(site);
      await this.#showCutOff(this.#scenario.sites.find(({ name }) => name === site)!.hosting);
      return [{ kind: "site-recovered", site, fault }];
    }
    const { fault } = planned;
    if (planned.kind === "fault-begins") {
      this.#active.push(fault);
      for (const effect of faultEffects(fault, this.#scenario)) await this.#apply(effect, fault, atMs);
      this.#schedule.add(atMs + fault.forMs, { kind: "fault-ends", fault });
      return [{ kind: "fault-began", fault: fault.id, what: fault.kind }];
    }
    this.#active.splice(this.#active.indexOf(fault), 1);
    for (const effect of faultEffects(fault, this.#scenario)) await this.#undo(effect, fault, atMs);
    await this.#bringBack(fault, atMs);
    return [{ kind: "fault-ended", fault: fault.id, what: fault.kind }];
  }

  /** What another fault does to the same thing goes on; else it is well again. */
  async #undo(effect: FaultEffect, ended: PlannedFault, atMs: number): Promise<void> {
    if (effect.kind === "order") {
      const order = this.#orders.get(ended.id);
      if (order !== undefined) this.#authority.lift(order, atMs);
      return;
    }
    for (const fault of [...this.#active].reverse()) {
      const same = faultEffects(fault, this.#scenario).find((other) => thingOf(other) === thingOf(effect));
      if (same) return this.#apply(same, fault, atMs);
    }
    return this.#apply(healed(effect), undefined, atMs);
  }

  async #apply(effect: FaultEffect, fault: PlannedFault | undefined, atMs: number): Promise<void> {
    const caused = fault ? { fault: fault.id } : {};
    const { conditions, network } = { conditions: this.#conditions, network: this.#network };
    switch (effect.kind) {
      case "hosting":
        conditions.hosting.set(effect.hosting, { condition: effect.condition, ...caused });
        return network.setHosting(effect.hosting, effect.condition);
      case "health": {
        const key = deviceKey(effect.network, effect.device);
        const rules = conditions.devices.get(key)?.condition.rules ?? { name: "none", rules: [] };
        conditions.devices.set(key, { condition: { rules, health: effect.health }, ...caused });
        return network.setHealth(effect.network, effect.device, effect.health);
      }
      case "name-server":
        conditions.nameServer = { condition: effect.condition, ...caused };
        return network.setNameServer(effect.condition);
      case "site":
        conditions.sites.set(effect.site, { condition: effect.condition, ...caused });
        return network.setSite(effect.site, effect.condition);
      case "traffic":
        if (fault) conditions.congested.set(effect.towards, fault.id);
        else conditions.congested.delete(effect.towards);
        return network.setTraffic(effect.towards, effect.rateBps);
      case "order": {
        const issued = this.#authority.issue(effect.order, atMs, { reason: `by mistake: ${fault!.id}` });
        if (!issued.ok) throw new Error(issued.problem.reason);
        this.#orders.set(fault!.id, issued.value.id);
      }
    }
  }

  /** Behind what failed, sites come back one after the other, for those who are outside. */
  async #bringBack(fault: PlannedFault, atMs: number): Promise<void> {
    const { recoveryMs, hosting } = fault;
    if (!recoveryMs || !hosting) return;
    for (const site of this.#scenario.sites) {
      if (site.hosting !== hosting) continue;
      this.#conditions.cutOff.set(site.name, fault.id);
      const after = Math.round(this.#random.next() * recoveryMs);
      this.#schedule.add(atMs + after, { kind: "site-recovers", site: site.name, fault: fault.id });
    }
    await this.#showCutOff(hosting);
  }

  #showCutOff(hosting: string): Promise<void> {
    const sites = this.#scenario.sites.filter(
      (site) => site.hosting === hosting && this.#conditions.cutOff.has(site.name),
    );
    return this.#network.setCutOff(
      hosting,
      sites.map(({ name }) => name),
    );
  }
}

/** What an effect is about: two faults with effects on the same thing cannot both have their way. */
function thingOf(effect: FaultEffect): string {
  switch (effect.kind) {
    case "hosting":
      return `hosting ${effect.hosting}`;
    case "health":
      return `box ${effect.network}/${effect.device}`;
    case "site":
      return `site ${effect.site}`;
    case "traffic":
      return `traffic ${effect.towards}`;
    default:
      return effect.kind;
  }
}

function healed(effect: Exclude<FaultEffect, { kind: "order" }>): FaultEffect {
  switch (effect.kind) {
    case "health":
      return { ...effect, health: { kind: "ok" } };
    case "traffic":
      return { ...effect, rateBps: 0 };
    default:
      return { ...effect, condition: "up" };
  }
}
