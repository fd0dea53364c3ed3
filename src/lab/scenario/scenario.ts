/**
 * The record of a scenario: networks, hosting, sites, boxes, rules, and what happens when. Read from YAML by
 * read-scenario.ts (docs/format.md gives the file's form); everything that was left out has its default here.
 * Rates are bit/s of IP packets, times as their names say; scenario times are ms since the epoch.
 */
import type { RuleList } from "../../rules/rule.ts";
import type { PopulationSection } from "../population/population-schema.ts";
import type { Story } from "./story.ts";

export const NETWORK_KINDS = ["mobile", "landline", "abroad"] as const;
export type NetworkKind = (typeof NETWORK_KINDS)[number];

/** How one direction of a link treats packets. */
export interface LinkQuality {
  /** Absent: as fast as the machine. */
  readonly rateBps?: number;
  /** Of the queue before a limited rate. */
  readonly queueBytes: number;
  readonly delayUs: number;
  /** Standard deviation of the delay; packets keep their order. */
  readonly jitterUs: number;
  /** Share of packets lost at random, 0 to 1. */
  readonly loss: number;
}

export interface Client {
  /** Unique in the scenario: `lab exec NAME`. */
  readonly name: string;
  /** Number of the device of its network's box that its packets pass, or undefined: none. */
  readonly device?: number;
}

/** 2021: inspection window 3-15; report: 15-20; 2022: further kinds. See docs/method.md. */
export const BOX_VARIANTS = ["2021", "report", "2022"] as const;
export type BoxVariant = (typeof BOX_VARIANTS)[number];

export interface BoxPlace {
  /** The smallest TTL of a client's packet that passes it. */
  readonly hop: number;
  /** Boxes side by side, each with a part of the clients. */
  readonly devices: number;
  readonly variant: BoxVariant;
  readonly reassembles: boolean;
  /** Rule list that it holds from the start, without an order (for instance a cap that is the operator's own). */
  readonly rules?: string;
  /** Scenario clock; a flow without packets for so long is forgotten. */
  readonly idleMs: number;
}

/** The operator's own blocker: rules of its own, not the authority's. */
export interface Blocker {
  readonly hop: number;
  readonly rules: string;
}

export interface AccessNetwork {
  readonly name: string;
  readonly kind: NetworkKind;
  readonly asn: number;
  /** ISO 3166 alpha-2. */
  readonly country: string;
  /** Routers between a client and the transit network. */
  readonly hops: number;
  readonly up: LinkQuality;
  readonly down: LinkQuality;
  /** Between the network's last router and the transit network, shared by all clients; both directions alike. */
  readonly trunk: LinkQuality;
  readonly box?: BoxPlace;
  readonly blocker?: Blocker;
  readonly clients: readonly Client[];
}

export interface HostingNetwork {
  readonly name: string;
  readonly asn: number;
  readonly country: string;
  /** One way, between the transit network and the hosts. */
  readonly link: LinkQuality;
  /** A box at the border, in the way of everything that comes from other networks. */
  readonly box?: BoxPlace;
  /** Vantage points inside, behind the operator's border device. */
  readonly clients: readonly Client[];
  /** Addresses that sites are given in turn when they name none; how many of them there are. */
  readonly addresses: number;
}

export interface Site {
  readonly name: string;
  readonly hosting: string;
  /** For what people look it up: platform, government, control, news, shop ... */
  readonly category: string;
  /** Index among its hosting network's addresses; absent: the next free one, in turn. */
  readonly address?: number;
  /** Path to size in bytes. */
  readonly objects: Readonly<Record<string, number>>;
  /** The site that holds its pictures and videos; absent: itself. */
  readonly media?: string;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly seed: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly networks: readonly AccessNetwork[];
  readonly hosting: readonly HostingNetwork[];
  readonly sites: readonly Site[];
  /** By name; orders and blockers refer to them. */
  readonly rules: Readonly<Record<string, RuleList>>;
  readonly ipv6: boolean;
  readonly story: Story;
  /** How the users are who would have measured it (population/). */
  readonly population?: PopulationSection;
}
