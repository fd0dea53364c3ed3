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
      await this.#setSite(planned.site, "up", undefined);
      return [{ kind: "site-recovered", site: planned.site, fault: planned.fault }];
    }
    const { fault } = planned;
    const isBeginning = planned.kind === "fault-begins";
    for (const effect of faultEffects(fault, this.#scenario))
      await this.#apply(effect, fault, isBeginning, atMs);
    if (isBeginning) {
      this.#schedule.add(atMs + fault.forMs, { kind: "fault-ends", fault });
      return [{ kind: "fault-began", fault: fault.id, what: fault.kind }];
    }
    await this.#bringBack(fault, atMs);
    return [{ kind: "fault-ended", fault: fault.id, what: fault.kind }];
  }

  async #apply(effect: FaultEffect, fault: PlannedFault, isBeginning: boolean, atMs: number): Promise<void> {
    const caused = isBeginning ? { fault: fault.id } : {};
    switch (effect.kind) {
      case "hosting": {
        const condition = isBeginning ? effect.condition : "up";
        this.#conditions.hosting.set(effect.hosting, { condition, ...caused });
        return this.#network.setHosting(effect.hosting, condition);
      }
      case "health": {
        const health = isBeginning ? effect.health : { kind: "ok" as const };
        const key = deviceKey(effect.network, effect.device);
        const rules = this.#conditions.devices.get(key)?.condition.rules ?? { name: "none", rules: [] };
        this.#conditions.devices.set(key, { condition: { rules, health }, ...caused });
        return this.#network.setHealth(effect.network, effect.device, health);
      }
      case "name-server": {
        const condition = isBeginning ? effect.condition : "up";
        this.#conditions.nameServer = { condition, ...caused };
        return this.#network.setNameServer(condition);
      }
      case "site":
        return this.#setSite(
          effect.site,
          isBeginning ? effect.condition : "up",
          isBeginning ? fault.id : undefined,
        );
      case "traffic":
        if (isBeginning) this.#conditions.congested.set(effect.towards, fault.id);
        else this.#conditions.congested.delete(effect.towards);
        return this.#network.setTraffic(effect.towards, isBeginning ? effect.rateBps : 0);
      case "order":
        if (isBeginning) {
          const issued = this.#authority.issue(effect.order, atMs, { reason: `by mistake: ${fault.id}` });
          if (issued.ok) this.#orders.set(fault.id, issued.value.id);
        } else {
          const order = this.#orders.get(fault.id);
          if (order !== undefined) this.#authority.lift(order, atMs);
        }
    }
  }

  /** Behind what failed, sites come back one after the other: each is broken until its own time. */
  async #bringBack(fault: PlannedFault, atMs: number): Promise<void> {
    const { recoveryMs, hosting } = fault;
    if (!recoveryMs || !hosting) return;
    for (const site of this.#scenario.sites) {
      if (site.hosting !== hosting) continue;
      const after = Math.round(this.#random.next() * recoveryMs);
      await this.#setSite(site.name, "broken", fault.id);
      this.#schedule.add(atMs + after, { kind: "site-recovers", site: site.name, fault: fault.id });
    }
  }

  #setSite(
    site: string,
    condition: "up" | "maintenance" | "broken",
    fault: string | undefined,
  ): Promise<void> {
    this.#conditions.sites.set(site, { condition, ...(fault === undefined ? {} : { fault }) });
    return this.#network.setSite(site, condition);
  }
}
