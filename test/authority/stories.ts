/** Scenarios for the authority's tests: networks with boxes, and stories made of a few parts. */
import type { AuthorityEvent } from "../../src/lab/authority/events.ts";
import type { AccessNetwork, LinkQuality, NetworkKind, Scenario } from "../../src/lab/scenario/scenario.ts";
import type { DemandOutcome, DemandSeries, Platform, Rung, Story } from "../../src/lab/scenario/story.ts";

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
export const START_MS = Date.parse("2021-03-08T00:00:00Z");

const PLAIN_LINK: LinkQuality = { queueBytes: 100_000, delayUs: 1000, jitterUs: 0, loss: 0 };

export function accessNetwork(name: string, kind: NetworkKind, devices: number): AccessNetwork {
  return {
    name,
    kind,
    asn: 64_500,
    country: "RU",
    hops: 3,
    up: PLAIN_LINK,
    down: PLAIN_LINK,
    trunk: PLAIN_LINK,
    box: { hop: 2, devices, variant: "2021", reassembles: false, idleMs: 600_000 },
    clients: [],
  };
}

export const NETWORKS = [
  accessNetwork("megafon", "mobile", 4),
  accessNetwork("tele2", "mobile", 3),
  accessNetwork("obit", "landline", 5),
  accessNetwork("ufanet", "landline", 4),
];

export const EVERYWHERE = { mobile: 1, landline: 1 };

export function policy(outcomes: Partial<Record<DemandOutcome, number>>): Platform["policy"] {
  return { removed: 0, refused: 0, sued: 0, answered: 0, ...outcomes };
}

export function platform(name: string, outcomes: Partial<Record<DemandOutcome, number>>): Platform {
  return { name, sites: [`${name}.com`], policy: policy(outcomes), delayMs: [HOUR_MS, 5 * DAY_MS] };
}

export function demandsTo(name: string, count: number): DemandSeries {
  return {
    platform: name,
    category: "drugs",
    count,
    fromMs: START_MS - 10 * DAY_MS,
    untilMs: START_MS + 10 * DAY_MS,
  };
}

/** Each rung a day after the one before, as long as at least half of all demands are not followed. */
export const LADDER: readonly Rung[] = (["warning", "lawsuit", "throttling", "suspension"] as const).map(
  (step): Rung => ({
    step,
    when: {
      fromMs: START_MS + DAY_MS,
      afterPreviousMs: DAY_MS,
      unfulfilled: 20,
      unfulfilledShare: 0.5,
    },
  }),
);

export function scenarioWith(story: Partial<Story>, more: Partial<Scenario> = {}): Scenario {
  return {
    name: "test",
    title: "test",
    seed: 7,
    startMs: START_MS,
    endMs: START_MS + 30 * DAY_MS,
    networks: NETWORKS,
    hosting: [],
    sites: [],
    rules: {},
    ipv6: false,
    story: {
      platforms: [],
      demands: [],
      lawsuits: [],
      ladders: [],
      orders: [],
      rollOut: { delayMs: [0, HOUR_MS], missShare: 0 },
      faults: [],
      statements: [],
      rounds: [],
      causes: [],
      ...story,
    },
    ...more,
  };
}

/** A bit of everything: two platforms, orders of all kinds, misses, a lawsuit, a statement. */
export function wholeStory(missShare = 0.2): Scenario {
  return scenarioWith({
    platforms: [
      {
        ...platform("twitter", { refused: 0.7, removed: 0.1, sued: 0.2 }),
        suit: { about: "fines", decidedAfterMs: DAY_MS },
      },
      platform("facebook", { removed: 0.9, answered: 0.1 }),
    ],
    demands: [demandsTo("twitter", 300), demandsTo("facebook", 200)],
    ladders: ["twitter", "facebook"].map((name) => ({
      platform: name,
      rungs: [
        ...LADDER.slice(0, 3),
        { ...LADDER[3]!, platformPolicy: policy({ removed: 1 }) },
        { step: "lifting", when: { afterPreviousMs: DAY_MS, removedShare: 0.3 } },
      ],
    })),
    lawsuits: [
      {
        id: "five",
        platforms: ["twitter", "facebook"],
        atMs: START_MS - HOUR_MS,
        about: "rallies",
        decidedAfterMs: 2 * DAY_MS,
        decision: "fined",
      },
    ],
    orders: [
      {
        id: "drill",
        kind: "exercise",
        targets: ["example.org"],
        share: { landline: 0.5 },
        atMs: START_MS + 2 * HOUR_MS,
        forMs: HOUR_MS,
      },
      {
        id: "addresses",
        kind: "block",
        targets: ["192.0.2.0/24"],
        share: EVERYWHERE,
        atMs: START_MS + 2 * HOUR_MS,
      },
      {
        id: "mercy",
        kind: "lift",
        targets: [],
        lifts: ["addresses"],
        share: { landline: 1 },
        atMs: START_MS + 9 * DAY_MS,
      },
    ],
    rollOut: { delayMs: [60_000, 6 * HOUR_MS], missShare },
    statements: [{ atMs: START_MS + 5, who: "regulator", text: "slows it down", source: "R1" }],
  });
}

export type EventOf<K extends AuthorityEvent["kind"]> = Extract<AuthorityEvent, { kind: K }>;

export function ofKind<K extends AuthorityEvent["kind"]>(
  events: readonly AuthorityEvent[],
  kind: K,
): EventOf<K>[] {
  return events.filter((event): event is EventOf<K> => event.kind === kind);
}
