/**
 * How every part of a laboratory does at the moment: what the run has set, and what its truth is derived from.
 */
import type { RuleList } from "../../rules/rule.ts";
import type { Health } from "../middlebox/health.ts";
import type { HostingCondition } from "../network/lab-network.ts";
import type { NameServerCondition } from "../sites/name-server.ts";
import type { SiteCondition } from "../sites/site-catalogue.ts";

export interface DeviceCondition {
  readonly rules: RuleList;
  readonly health: Health;
}

/** A condition, and the fault that caused it where one did. */
export interface Caused<T> {
  readonly condition: T;
  readonly fault?: string;
}

export interface Conditions {
  /** By `deviceKey`. */
  readonly devices: Map<string, Caused<DeviceCondition>>;
  readonly hosting: Map<string, Caused<HostingCondition>>;
  readonly sites: Map<string, Caused<SiteCondition>>;
  /** Sites that other networks do not reach, and the fault behind it. */
  readonly cutOff: Map<string, string>;
  nameServer: Caused<NameServerCondition>;
  /** Hosting networks and access networks whose links are full, and the fault behind it. */
  readonly congested: Map<string, string>;
}

export function deviceKey(network: string, device: number): string {
  return `${network}/${device}`;
}

export function healthyConditions(): Conditions {
  return {
    devices: new Map(),
    hosting: new Map(),
    sites: new Map(),
    cutOff: new Map(),
    nameServer: { condition: "up" },
    congested: new Map(),
  };
}
