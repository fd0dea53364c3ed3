/**
 * What the laboratory and its box driver tell each other: plain data, sent between processes.
 */
import type { RuleList } from "../../rules/rule.ts";
import type { ScenarioClock } from "../clock/clocks.ts";
import type { MiddleboxConfig } from "../middlebox/config.ts";
import type { Counters } from "../middlebox/counters.ts";
import type { Health } from "../middlebox/health.ts";
import type { OwnDelay } from "./delay-histogram.ts";

/** Boxes of one network at one hop; each device has rules and state of its own. */
export interface BoxGroupSetup {
  readonly network: string;
  readonly role: "box" | "blocker";
  readonly host: string;
  readonly outsideDevice: string;
  readonly config: Partial<MiddleboxConfig>;
  readonly devices: readonly DeviceSetup[];
  /** Device of everybody who is not among the clients; -1: their packets pass no box. */
  readonly others: number;
  /** Addresses of each client, and its device. */
  readonly clients: readonly { readonly address: string; readonly device: number }[];
}

export interface DeviceSetup {
  readonly rules: RuleList;
  readonly health: Health;
}

export interface BoxDriverSetup {
  readonly seed: number;
  readonly clock: ScenarioClock;
  readonly groups: readonly BoxGroupSetup[];
}

export type BoxRequest =
  | { readonly kind: "rules"; readonly group: number; readonly device: number; readonly rules: RuleList }
  | { readonly kind: "health"; readonly group: number; readonly device: number; readonly health: Health }
  | { readonly kind: "clock"; readonly clock: ScenarioClock }
  | { readonly kind: "status" };

export interface BoxGroupStatus {
  /** Packets that the kernel handed over since this driver started. */
  readonly queued: number;
  /** Packets that found no room on their way here, and passed unseen. */
  readonly bypassed: number;
  readonly ownDelay: OwnDelay;
  /** Packets that the box made and the kernel did not take. */
  readonly refusedInjections: number;
  /** Absent: the box sees fragments as they come. Else why not: the kernel puts them together before it sees them. */
  readonly fragmentsUnseen?: string;
  readonly devices: readonly Counters[];
}
