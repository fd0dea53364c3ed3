/**
 * A change of state of a set of targets, seen from a set of networks, in a stretch of time. What was measured and counted;
 * why it happened is not here (attribution/). Times are ms since 1970; shares are of votes, one per place, target and
 * two minutes.
 */
import type { AccessKind, Origin, Reach } from "../observation/vocabulary.ts";
import { type FailureKind, networkOf } from "./attempt.ts";
import type { Bounds } from "./detect/scan.ts";
import type { Neighbours } from "./neighbours.ts";
import { commonHost } from "./told-names.ts";

export const EVENT_KINDS = ["throttling", "blocking", "outage", "general-slowdown"] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export interface Count {
  readonly troubles: number;
  readonly votes: number;
}

/** Whether a target, or a network, was part of it. */
export type Part = "affected" | "spared" | "insufficient";

export interface TargetPart extends Count {
  readonly target: string;
  readonly hostingAsn?: number;
  readonly addresses: readonly string[];
  readonly part: Part;
}

export interface NetworkPart extends Count {
  readonly asn: number;
  readonly networkName?: string;
  readonly country?: string;
  readonly accessKind?: AccessKind;
  readonly places: number;
  readonly part: Part;
}

export interface Event {
  readonly kind: EventKind;
  /** Simulated where any part of it is. */
  readonly origin: Origin;
  /** Trouble is with the users of a network, whatever they tried; not with the targets. */
  readonly isOfUsers: boolean;
  /** Slow transfers go at one rate, as a rate limit makes them (verdict/set/network-cap.ts). */
  readonly hasCommonRate: boolean;
  /** Of the last vote on what it was about. */
  readonly lastMs: number;
  readonly onset: Bounds;
  /** Absent: it held at the last measurement. */
  readonly end?: Bounds;
  /** All that were tried while it lasted; of those not affected, from the affected networks. */
  readonly targets: readonly TargetPart[];
  readonly networks: readonly NetworkPart[];
  /** Other names of the same hosts that the affected networks used as ever meanwhile. */
  readonly neighbours: Neighbours;
  readonly reach: Reach;
  /** Of the affected targets from the affected networks. */
  readonly failures: Readonly<Partial<Record<FailureKind, number>>>;
  readonly slow: number;
  /** Attempts whose first answer came far too late, of those counted as slow. */
  readonly delayed: number;
  readonly votes: number;
  readonly troubles: number;
  /** The same share of trouble before it, or elsewhere: what was usual. */
  readonly usual: number;
  /** Log likelihood ratio against nothing having changed. */
  readonly score: number;
  /** Medians while it lasted of the affected targets from affected networks, bit/s; where transfers were paired. */
  readonly speeds?: { readonly targetBps: number; readonly controlBps: number; readonly pairs: number };
  /** Some of the measurements that show it, the first ones. */
  readonly measurementIds: readonly string[];
}

export function affectedTargets({ targets }: Event): readonly TargetPart[] {
  return targets.filter(({ part }) => part === "affected");
}

export function affectedNetworks({ networks }: Event): readonly NetworkPart[] {
  return networks.filter(({ part }) => part === "affected");
}

export function affectedNames(event: Event): Set<string> {
  return new Set(affectedTargets(event).map(({ target }) => target));
}

/** As attempts name networks (networkOf). */
export function affectedNetworkNames(event: Event): Set<string> {
  return new Set(affectedNetworks(event).map(({ asn, accessKind }) => networkOf(asn, accessKind)));
}

/** The hosting network of most affected names; undefined where none is known. */
export function hostOf(event: Event): number | undefined {
  return commonHost(affectedTargets(event));
}
