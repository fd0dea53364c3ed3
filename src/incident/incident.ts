/**
 * Events that belong together become one incident: they begin or end together, in the same networks, and are of one kind;
 * the names that a filter was meant for, and those that it hit besides, are findings of one incident. Each finding is
 * attributed by itself. What was announced is held beside it; nothing announced makes an event, or unmakes one.
 */
import type { TimelineEntry } from "../observation/timeline-entry.ts";
import type { Attempt } from "./attempt.ts";
import { type Attribution, attribute } from "./attribution/attribute.ts";
import { factsOf } from "./attribution/facts.ts";
import { namedIn, type Ordered, orderLinkOf } from "./attribution/order-link.ts";
import { type Collateral, collateralOf } from "./collateral.ts";
import type { Bounds } from "./detect/scan.ts";
import {
  affectedNetworks,
  affectedTargets,
  type Event,
  type EventKind,
  hostOf,
  type TargetPart,
} from "./event.ts";
import { type NamePattern, patternsOf } from "./pattern.ts";
import { belongTogether, isOtherSideOf } from "./together.ts";

export interface Finding {
  /**
   * main: what it was about; collateral: hit besides, by a pattern of names or by what is shared with it; other-side: what
   * machines inside a hosting network that is out could not reach.
   */
  readonly role: "main" | "collateral" | "other-side";
  readonly event: Event;
  /** None of the other side: it is the same outage. */
  readonly attributions: readonly Attribution[];
}

export interface Incident {
  readonly id: string;
  readonly kind: EventKind;
  readonly origin: Event["origin"];
  readonly onset: Bounds;
  readonly end?: Bounds;
  readonly findings: readonly Finding[];
  /** Of the names that a filter hit. */
  readonly patterns: readonly NamePattern[];
  readonly collateral: readonly Collateral[];
  /** From the day before it until the day after it. */
  readonly timeline: readonly TimelineEntry[];
}

const DAY_MS = 24 * 3_600_000;
/** A name that was seen to be spared. */
const LEAST_SPARED_VOTES = 3;
/** `attempts`: all, in order of time, as the events were found in. */
export function incidentsOf(
  events: readonly Event[],
  attempts: readonly Attempt[],
  timeline: readonly TimelineEntry[],
): Incident[] {
  let sets: Event[][] = [];
  for (const event of events) {
    // One that belongs to several sets makes them one.
    const akin = sets.filter((others) => others.some((other) => belongTogether(other, event)));
    sets = [...sets.filter((set) => !akin.includes(set)), [...akin.flat(), event]];
  }
  const ordered = events.filter((event) => isOrdered(event, timeline)).map(orderedOf);
  const incidents = sets
    .map((set) => incidentOf(set, ordered, attempts, timeline))
    .sort((a, b) => (a.onset.fromMs ?? 0) - (b.onset.fromMs ?? 0) || a.onset.toMs - b.onset.toMs);
  return withOwnIds(incidents);
}

/** Several of one name on one day are told apart by number, in order of time. */
function withOwnIds(incidents: readonly Incident[]): Incident[] {
  const seen = new Map<string, number>();
  return incidents.map((incident) => {
    const count = (seen.get(incident.id) ?? 0) + 1;
    seen.set(incident.id, count);
    return count === 1 ? incident : { ...incident, id: `${incident.id}-${count}` };
  });
}

/** What filters do to names that were announced stands for the order. */
function isOrdered(event: Event, timeline: readonly TimelineEntry[]): boolean {
  const { kind, onset } = event;
  const isFiltered = kind === "throttling" || kind === "blocking";
  return isFiltered && onset.fromMs !== undefined && namedIn(event, timeline)?.holds === true;
}

function orderedOf(event: Event): Ordered {
  const pattern = patternsIn(event)[0];
  return { event, ...(pattern && { pattern }) };
}

function patternsIn(event: Event, also: readonly Event[] = []): NamePattern[] {
  const hit = [event, ...also].flatMap(affectedTargets).map(({ target }) => target.toLowerCase());
  const others = event.targets.filter(
    ({ part, target }) => part !== "affected" && !hit.includes(target.toLowerCase()),
  );
  const namesOf = (parts: readonly TargetPart[]): string[] => parts.map(({ target }) => target.toLowerCase());
  return patternsOf(
    hit,
    namesOf(others.filter(({ part, votes }) => part === "spared" && votes >= LEAST_SPARED_VOTES)),
    namesOf(
      others.filter(({ troubles, votes }) => troubles === 0 && votes > 0 && votes < LEAST_SPARED_VOTES),
    ),
  );
}

function incidentOf(
  set: readonly Event[],
  ordered: readonly Ordered[],
  attempts: readonly Attempt[],
  timeline: readonly TimelineEntry[],
): Incident {
  const core = set.filter((event) => !set.some((outage) => isOtherSideOf(outage, event)));
  const main = mainOf(core, timeline);
  const findings = set.map((event): Finding => {
    if (!core.includes(event)) return { role: "other-side", event, attributions: [] };
    const others = ordered.filter((other) => other.event !== event);
    return {
      role: event === main ? "main" : "collateral",
      event,
      attributions: attribute(factsOf(event, attempts), orderLinkOf(event, timeline, others)),
    };
  });
  const end = endOf(core);
  const onset = [...core].sort((a, b) => (a.onset.fromMs ?? 0) - (b.onset.fromMs ?? 0))[0]!.onset;
  const isFiltered = main.kind === "throttling" || main.kind === "blocking";
  const patterns = isFiltered
    ? patternsIn(
        main,
        set.filter((event) => event !== main),
      )
    : [];
  const fromMs = (onset.fromMs ?? onset.toMs) - DAY_MS;
  const toMs = (end?.toMs ?? Number.POSITIVE_INFINITY) + DAY_MS;
  return {
    ...{ id: idOf(main, onset), kind: main.kind, origin: main.origin, onset, patterns },
    ...(end && { end }),
    findings: findings.sort((a, b) => Number(b.role === "main") - Number(a.role === "main")),
    collateral: isFiltered ? collateralOf(set, main, patterns, timeline) : [],
    timeline: timeline.filter(({ time }) => Date.parse(time) >= fromMs && Date.parse(time) <= toMs),
  };
}

/** What was announced; else what most was measured of. */
function mainOf(set: readonly Event[], timeline: readonly TimelineEntry[]): Event {
  const announced = set.filter((event) => namedIn(event, timeline)?.holds === true);
  return [...(announced.length > 0 ? announced : set)].sort((a, b) => b.votes - a.votes)[0]!;
}

function endOf(set: readonly Event[]): Bounds | undefined {
  if (set.some(({ end }) => end === undefined)) return undefined;
  return [...set].sort((a, b) => b.end!.toMs - a.end!.toMs)[0]!.end;
}

/** Day, kind, and what it was about: a name, the hosting network of an outage, or the network of its users. */
function idOf(main: Event, onset: Bounds): string {
  const day = new Date(onset.toMs).toISOString().slice(0, 10);
  return `${day}-${main.kind}-${aboutOf(main)}`.toLowerCase().replace(/[^a-z0-9.-]+/g, "-");
}

function aboutOf(main: Event): string {
  const host = hostOf(main);
  if (main.isOfUsers) return `users-of-as${affectedNetworks(main)[0]?.asn ?? 0}`;
  if (main.kind === "outage" && host !== undefined) return `AS${host}`;
  const own = affectedTargets(main).filter(({ hostingAsn }) => hostingAsn === host);
  const [first] = own.sort((a, b) => b.votes - a.votes || (a.target < b.target ? -1 : 1));
  return first?.target ?? "users";
}
