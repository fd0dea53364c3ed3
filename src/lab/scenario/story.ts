/**
 * What happens in a scenario besides packets: platforms and the demands made of them, courts, the ladder of measures,
 * orders, faults, statements, rounds of measurement. Times are scenario clock, ms since the epoch; shares 0 to 1.
 */
import type { NetworkKind } from "./scenario.ts";

export interface Platform {
  readonly name: string;
  /** Sites of the scenario that are its own. */
  readonly sites: readonly string[];
  /** How it decides on a demand: shares that sum to 1. */
  readonly policy: Readonly<Record<DemandOutcome, number>>;
  /** From demand to decision: drawn evenly between. */
  readonly delayMs: readonly [low: number, high: number];
  /** What becomes of the demands that it contests in court; absent: they stay pending. */
  readonly suit?: CourtCase;
}

/** "sued": the platform contests the demand in court; "answered": it replies without doing anything. */
export const DEMAND_OUTCOMES = ["removed", "refused", "sued", "answered"] as const;
export type DemandOutcome = (typeof DEMAND_OUTCOMES)[number];

/** So many demands of one category to one platform, spread evenly at random over the time. */
export interface DemandSeries {
  readonly platform: string;
  readonly category: string;
  readonly count: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What a court is asked, and what it decides after so long; absent: not in the scenario's time. */
export interface CourtCase {
  readonly about: string;
  readonly decidedAfterMs?: number;
  readonly decision?: string;
}

/** A state's lawsuit against platforms. */
export interface Lawsuit extends CourtCase {
  readonly id: string;
  readonly platforms: readonly string[];
  readonly atMs: number;
}

export const RUNG_STEPS = ["warning", "lawsuit", "throttling", "suspension", "lifting"] as const;
export type RungStep = (typeof RUNG_STEPS)[number];

/** All that are given must hold. Shares are of the demands whose decision is due. */
export interface RungCondition {
  /** Not before. */
  readonly fromMs?: number;
  /** At least so long after the rung before. */
  readonly afterPreviousMs?: number;
  /** Demands not followed (refused, contested, only answered), at least. */
  readonly unfulfilled?: number;
  readonly unfulfilledShare?: number;
  /** Demands followed, at least. */
  readonly removedShare?: number;
}

export interface Rung {
  readonly step: RungStep;
  readonly when: RungCondition;
  /** Of throttling, suspension and lifting; absent: the platform's sites, on all devices. */
  readonly order?: OrderTemplate;
  /** Of a lawsuit; absent: about the demands that were not followed, without a decision. */
  readonly lawsuit?: CourtCase;
  /** What the platform does once this step is taken: from then on it decides so. */
  readonly platformPolicy?: Readonly<Record<DemandOutcome, number>>;
}

export interface Ladder {
  readonly platform: string;
  readonly rungs: readonly Rung[];
}

export const ORDER_KINDS = ["throttle", "block", "lift", "exercise"] as const;
export type OrderKind = (typeof ORDER_KINDS)[number];

export interface OrderTemplate {
  readonly kind: OrderKind;
  /** Sites or platforms that it is aimed at. */
  readonly targets: readonly string[];
  /** Name of a rule list of the scenario; absent for "lift". */
  readonly rules?: string;
  /** Share of the devices of each access kind; a kind that is not named gets none. */
  readonly share: Readonly<Partial<Record<NetworkKind, number>>>;
  /** Only these networks; absent: all. */
  readonly networks?: readonly string[];
  /** "lift": the orders that end, by id; absent: all that are aimed at the targets. */
  readonly lifts?: readonly string[];
  /** "exercise" and others that end by themselves. */
  readonly forMs?: number;
}

export interface PlannedOrder extends OrderTemplate {
  readonly id: string;
  readonly atMs: number;
  readonly reason?: string;
  /** Only when this cause is the run's. */
  readonly cause?: string;
}

/** How bundles reach boxes. */
export interface RollOut {
  /** From order to a box that has the bundle: drawn per box. */
  readonly delayMs: readonly [low: number, high: number];
  /** Share of boxes that miss a bundle until the next one. */
  readonly missShare: number;
}

export const FAULT_KINDS = [
  "operator-device",
  "box-malfunction",
  "box-overload",
  "wrong-order",
  "withdrawn-route",
  "flood",
  "name-server",
  "congested-link",
  "maintenance",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface PlannedFault {
  readonly id: string;
  readonly kind: FaultKind;
  readonly atMs: number;
  readonly forMs: number;
  /** Hosting network, for those that are about one. */
  readonly hosting?: string;
  /** operator-device: whom it keeps out. */
  readonly scope?: "all" | "outside";
  /** Networks whose boxes (box-*) or links (congested-link) it is about; absent: all. */
  readonly networks?: readonly string[];
  /** Sites of maintenance and wrong-order. */
  readonly sites?: readonly string[];
  /** Rule list of wrong-order. */
  readonly rules?: string;
  /** Share of flows or packets, where one is needed. */
  readonly share?: number;
  readonly how?: string;
  /** Of flood and congested-link: so fast is the unwanted traffic. */
  readonly rateBps?: number;
  /** Sites come back at different times: so long after the fault's end at most. */
  readonly recoveryMs?: number;
  /** Only when this cause is the run's (`--cause`). */
  readonly cause?: string;
}

export interface Statement {
  readonly atMs: number;
  readonly who: string;
  /** In own words. */
  readonly text: string;
  readonly source: string;
}

/** At this time the laboratory's own clients measure. */
export interface Round {
  readonly atMs: number;
  /** Clients; absent: all. */
  readonly from?: readonly string[];
  readonly visits: readonly RoundVisit[];
}

export interface RoundVisit {
  readonly site: string;
  readonly path: string;
  readonly direction: "down" | "up";
  readonly bytes?: number;
  readonly timeoutMs: number;
  /** Connect to this site's address instead, with the name of `site`. */
  readonly at?: string;
}

export interface Story {
  readonly platforms: readonly Platform[];
  readonly demands: readonly DemandSeries[];
  readonly lawsuits: readonly Lawsuit[];
  readonly ladders: readonly Ladder[];
  readonly orders: readonly PlannedOrder[];
  readonly rollOut: RollOut;
  readonly faults: readonly PlannedFault[];
  readonly statements: readonly Statement[];
  readonly rounds: readonly Round[];
  /** So long after each step of a ladder, this is measured from everywhere. */
  readonly afterSteps?: { readonly waitMs: number; readonly visits: readonly RoundVisit[] };
  /** Possible causes of the story's outage, of which the seed draws one when none is given. */
  readonly causes: readonly string[];
}
