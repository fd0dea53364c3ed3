/**
 * What the laboratory can do with its network, whether that is made of kernel namespaces (kernel-network.ts) or of
 * relays over loopback (relay/). Devices of a box are counted from 0; names are the scenario's.
 */
import type { RuleList } from "../../rules/rule.ts";
import type { ScenarioClock } from "../clock/clocks.ts";
import type { BoxGroupStatus } from "../driver/box-messages.ts";
import type { OwnDelay } from "../driver/delay-histogram.ts";
import type { Health } from "../middlebox/health.ts";
import type { NameServerCondition } from "../sites/name-server.ts";
import type { SiteCondition } from "../sites/site-catalogue.ts";
import type { VisitOutcome, VisitRequest } from "../visit/visit.ts";

/**
 * Of a hosting network: its operator's border device passes everything, nothing ("down"), or nothing from other
 * networks ("closed-to-outside"); or nobody knows the way to it any more ("withdrawn").
 */
export const HOSTING_CONDITIONS = ["up", "down", "closed-to-outside", "withdrawn"] as const;
export type HostingCondition = (typeof HOSTING_CONDITIONS)[number];

export interface NetworkStatus {
  readonly groups: readonly (BoxGroupStatus & {
    readonly network: string;
    readonly role: "box" | "blocker";
    /** Packets that should have been asked about and passed without, since the laboratory's start. */
    readonly bypassed?: number;
  })[];
  /**
   * How late packets left the links that delay, lose or jitter, since the link emulator started. Absent: no link does, or
   * it is being started again.
   */
  readonly links?: OwnDelay;
  /** How often a program of the laboratory died and was started again. */
  readonly restarts: number;
}

export interface LabNetwork {
  readonly kind: "kernel" | "relay";
  start(): Promise<void>;
  visit(request: VisitRequest): Promise<VisitOutcome>;
  setRules(network: string, device: number, rules: RuleList): Promise<void>;
  setHealth(network: string, device: number, health: Health): Promise<void>;
  setSite(name: string, condition: SiteCondition): Promise<void>;
  setNameServer(condition: NameServerCondition): Promise<void>;
  setHosting(hosting: string, condition: HostingCondition): Promise<void>;
  /** These sites of a hosting network, and no others of it, are not reached from other networks. */
  setCutOff(hosting: string, sites: readonly string[]): Promise<void>;
  /** Unwanted traffic towards a hosting or access network, inside the laboratory; rate 0 ends it. */
  setTraffic(towards: string, rateBps: number): Promise<void>;
  setClock(clock: ScenarioClock): Promise<void>;
  status(): Promise<NetworkStatus>;
  /** Writes down what is still held, and ends. */
  stop(): Promise<void>;
}
