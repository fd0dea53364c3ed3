/**
 * What each story must come out as: its events as the scenario files order them (kind, names, moment), and for each sealed
 * cause of 10 March the answers that are right. From the stories, never from what the judge says.
 */
import type { Answer } from "../../src/incident/attribution/questions.ts";
import type { EventKind } from "../../src/incident/event.ts";

export interface ExpectedIncident {
  readonly kind: EventKind;
  /** Names that it must hit, and names that it must not. */
  readonly hits: readonly string[];
  readonly spares: readonly string[];
  /** When it began, from the story; absent: before the first measurement. */
  readonly onset?: string;
  /** How late the story lets it begin: roll-out to the boxes, or the first box of several. */
  readonly spreadMinutes: number;
}

export interface ExpectedStory {
  readonly name: string;
  readonly observations: number;
  readonly incidents: readonly ExpectedIncident[];
}

const QUIET = ["healthy", "congestion", "random-loss", "slow-plan"].map((name): ExpectedStory => {
  return { name, observations: 20_000, incidents: [] };
});

const TWITTER: ExpectedIncident = {
  kind: "throttling",
  hits: [
    "twitter.com",
    "abs.twimg.com",
    "pbs.twimg.com",
    "t.co",
    "reddit.com",
    "microsoft.com",
    "throttletwitter.com",
  ],
  spares: ["vk.com"],
  onset: "2021-03-10T07:00:00Z",
  spreadMinutes: 25,
};
/** The operators' own boxes block one site of the registry all the time. */
const REGISTRY: ExpectedIncident = {
  kind: "blocking",
  hits: ["rutracker.org"],
  spares: ["vk.com"],
  spreadMinutes: 0,
};
const GOVERNMENT = ["kremlin.ru", "duma.gov.ru", "mil.ru"];

export const CAUSES = [
  "operator-device",
  "box-malfunction",
  "wrong-order",
  "flood",
  "upstream",
  "undecidable",
] as const;
export type Cause = (typeof CAUSES)[number];

export function outageOf(cause: Cause): ExpectedIncident {
  const isOrder = cause === "wrong-order";
  return {
    kind: isOrder ? "blocking" : "outage",
    hits: isOrder ? GOVERNMENT : [...GOVERNMENT, "shop.example"],
    spares: ["vk.com"],
    onset: isOrder ? "2021-03-10T07:38:00Z" : "2021-03-10T07:42:00Z",
    spreadMinutes: isOrder ? 25 : 5,
  };
}

/** Absent: the story itself leaves it open. */
export const RIGHT: Readonly<Record<Cause, Readonly<Partial<Record<"where" | "what" | "linked", Answer>>>>> =
  {
    "operator-device": { where: "hosting-network", what: "equipment", linked: "not-linked" },
    "box-malfunction": { where: "hosting-network", what: "filtering-box" },
    "wrong-order": { where: "access-operator", what: "rule-or-order", linked: "linked" },
    flood: { where: "hosting-network", what: "load", linked: "not-linked" },
    upstream: { where: "upstream", what: "route", linked: "not-linked" },
    // The story says that silence at the border leaves device and box open: neither may lead alone.
    undecidable: { where: "hosting-network", what: "filtering-box" },
  };

export const STORIES: readonly ExpectedStory[] = [
  ...QUIET,
  ...CAUSES.map((cause): ExpectedStory => {
    return {
      name: `twitter-2021-${cause}`,
      observations: 60_000,
      incidents: [REGISTRY, TWITTER, outageOf(cause)],
    };
  }),
  {
    name: "operator-outage",
    observations: 20_000,
    incidents: [
      {
        kind: "outage",
        hits: ["ministry.example", "tax.example", "shop.example"],
        spares: ["example.org"],
        ...{ onset: "2026-03-02T10:00:00Z", spreadMinutes: 5 },
      },
    ],
  },
  {
    name: "mobile-upload-cap",
    observations: 20_000,
    incidents: [{ kind: "throttling", hits: ["abs.twimg.com"], spares: [], spreadMinutes: 0 }],
  },
  {
    name: "turkey-2023",
    observations: 20_000,
    incidents: [
      {
        kind: "throttling",
        hits: ["twitter.com"],
        spares: [],
        onset: "2023-02-08T13:00:00Z",
        spreadMinutes: 25,
      },
    ],
  },
];
