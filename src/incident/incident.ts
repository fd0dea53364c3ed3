/**
 * Events that belong together become one incident: they begin or end together, in the same networks, and are of one kind;
 * the names that a filter was meant for, and those that it hit besides, are findings of one incident. Each finding is
 * attributed by itself. What was announced is held beside it; nothing announced makes an event, or unmakes one.
 */
import type { TimelineEntry } from "../observation/timeline-entry.ts";
import { type Attempt, networkOf } from "./attempt.ts";
import { type Attribution, attribute } from "./attribution/attribute.ts";
import { factsOf, hostOf } from "./attribution/facts.ts";
import { namedIn, names, type Ordered, orderLinkOf } from "./attribution/order-link.ts";
import type { Bounds } from "./detect/scan.ts";
import { affectedNetworks, affectedTargets, type Event, type EventKind, type TargetPart } from "./event.ts";
import { type NamePattern, patternsOf } from "./pattern.ts";
import { mayCoincide } from "./when.ts";

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

export interface Collateral {
  readonly target: string;
  readonly how: "name" | "address" | "host";
  /** The pattern, address or hosting network that it shares with what was meant. */
  readonly shared: string;
  readonly troubles: number;
  readonly votes: number;
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

const TOGETHER_MS = 3_600_000;
const SAME_NETWORKS = 0.7;
const LEAST_SHARED = 3;
const TELLING_NAMES = 2;
const SHORTEST_WORD = 4;
/** Labels that say nothing of who is behind a name: RFC 2606 and public suffixes of two labels. */
const COMMON_WORDS: ReadonlySet<string> = new Set([
  "example",
  "test",
  "invalid",
  "localhost",
  "mobile",
  "static",
  "images",
  "media",
]);
const DAY_MS = 24 * 3_600_000;
/** A name that was seen to be spared. */
const LEAST_SPARED_VOTES = 3;
/** Of the names tried in a network, those announced: twitter.com was one of four names of its own. */
const OWN_NAMES = 0.2;

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
  const ordered = events.filter(isLikeAnOrder).map((event) => orderedOf(event, timeline));
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

function belongTogether(a: Event, b: Event): boolean {
  if (isOtherSideOf(a, b) || isOtherSideOf(b, a)) return true;
  if (a.kind === b.kind && overlap(a, b) && isPartOf(a, b)) return true;
  if (a.kind !== b.kind || shareOfSmaller(networksOf(a), networksOf(b)) < SAME_NETWORKS) return false;
  if (shareName(a, b) && overlap(a, b)) return true;
  if (mayCoincide(a.onset, b.onset, TOGETHER_MS) && a.onset.fromMs !== undefined) return true;
  return a.end !== undefined && b.end !== undefined && mayCoincide(a.end, b.end, TOGETHER_MS);
}

/** The same names in the same networks, or in some of them: seen once more. */
function isPartOf(a: Event, b: Event): boolean {
  const namesOf = (event: Event): Set<string> => new Set(affectedTargets(event).map(({ target }) => target));
  const isIn = (some: ReadonlySet<string>, others: ReadonlySet<string>): boolean =>
    [...some].every((one) => others.has(one)) || [...others].every((one) => some.has(one));
  return isIn(namesOf(a), namesOf(b)) && isIn(networksOf(a), networksOf(b));
}

/** Whose most-tried names have a word in common: what moves from name to name is followed from name to name. */
function shareName(a: Event, b: Event): boolean {
  const words = wordsOf(a);
  return [...wordsOf(b)].some((word) => words.has(word));
}

function wordsOf(event: Event): Set<string> {
  const most = [...affectedTargets(event)].sort((a, b) => b.votes - a.votes).slice(0, TELLING_NAMES);
  const words = most.flatMap(({ target }) => target.toLowerCase().split(".").slice(0, -1));
  return new Set(words.filter((word) => word.length >= SHORTEST_WORD && !COMMON_WORDS.has(word)));
}

function overlap(a: Event, b: Event): boolean {
  const endOf = ({ end }: Event): number => end?.toMs ?? Number.POSITIVE_INFINITY;
  return a.onset.toMs <= endOf(b) && b.onset.toMs <= endOf(a);
}

/** What machines inside a hosting network that is out have trouble with, while it is: the same outage, from its other side. */
function isOtherSideOf(outage: Event, event: Event): boolean {
  const host = hostOf(outage);
  if (outage.kind !== "outage" || host === undefined || outage === event) return false;
  const affected = affectedNetworks(event);
  return (
    affected.length > 0 &&
    affected.every(({ asn, accessKind }) => asn === host && accessKind === "hosting") &&
    event.onset.toMs <= (outage.end?.toMs ?? Number.POSITIVE_INFINITY) + TOGETHER_MS &&
    (event.end?.toMs ?? Number.POSITIVE_INFINITY) >= outage.onset.toMs - TOGETHER_MS
  );
}

function networksOf(event: Event): Set<string> {
  return new Set(affectedNetworks(event).map(({ asn, accessKind }) => networkOf(asn, accessKind)));
}

/** Overlap of two sets, of the smaller one (Szymkiewicz and Simpson). */
function shareOfSmaller(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const both = [...a].filter((one) => b.has(one)).length;
  const smaller = Math.min(a.size, b.size);
  // Few shared networks are no sign of a common cause, unless they are all there are.
  if (both < LEAST_SHARED && !(both === a.size && both === b.size)) return 0;
  // A network that only one of the two was tried from says nothing: of the smaller set.
  return both / Math.max(1, smaller);
}

/** Filters act on order: what they do stands for an order, announced or not. */
function isLikeAnOrder({ kind, onset }: Event): boolean {
  return (kind === "throttling" || kind === "blocking") && onset.fromMs !== undefined;
}

function orderedOf(event: Event, timeline: readonly TimelineEntry[]): Ordered {
  const pattern = patternsIn(event)[0];
  return { event, isAnnounced: namedIn(event, timeline)?.holds === true, ...(pattern && { pattern }) };
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
  const main = mainOf(
    set.filter((event) => !set.some((outage) => isOtherSideOf(outage, event))),
    timeline,
  );
  const findings = set.map((event): Finding => {
    if (set.some((outage) => isOtherSideOf(outage, event)))
      return { role: "other-side", event, attributions: [] };
    const others = ordered.filter((other) => other.event !== event);
    return {
      role: event === main ? "main" : "collateral",
      event,
      attributions: attribute(factsOf(event, attempts), orderLinkOf(event, timeline, others)),
    };
  });
  const core = set.filter((event) => !set.some((outage) => isOtherSideOf(outage, event)));
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

/** Affected names that were not meant: not announced, and not of the host of what was. */
function collateralOf(
  set: readonly Event[],
  main: Event,
  patterns: readonly NamePattern[],
  timeline: readonly TimelineEntry[],
): Collateral[] {
  const affected = set.flatMap(affectedTargets);
  const isNamed = (target: string): boolean => timeline.some((entry) => names(entry, target));
  const meant = affected.filter(({ target }) => isNamed(target));
  const hosts = new Set(
    meant.length > 0 ? meant.flatMap(({ hostingAsn }) => hostingAsn ?? []) : [hostOf(main)],
  );
  if (meant.length > 0) for (const host of hosts) if (!isOwnHost(host!, set, isNamed)) hosts.delete(host);
  // Nothing was announced, and nobody knows where it is hosted: what it was about is all there is.
  if (meant.length === 0 && hostOf(main) === undefined) return [];
  const isMeant = ({ target, hostingAsn }: { target: string; hostingAsn?: number }): boolean =>
    isNamed(target) || (hostingAsn !== undefined && hosts.has(hostingAsn));
  const core = affected.filter(isMeant);
  const addresses = new Set(core.flatMap((one) => one.addresses));
  const found = new Map<string, Collateral>();
  for (const one of affected) {
    if (isMeant(one) || found.has(one.target)) continue;
    const { target, troubles, votes } = one;
    const pattern = patterns.find(
      (candidate) => candidate.hit.length > 1 && candidate.hit.includes(target.toLowerCase()),
    );
    const address = one.addresses.find((candidate) => addresses.has(candidate));
    const [how, shared] = pattern
      ? (["name", pattern.text] as const)
      : address !== undefined
        ? (["address", address] as const)
        : (["host", one.hostingAsn === undefined ? "unknown" : `AS${one.hostingAsn}`] as const);
    found.set(target, { target, how, shared, troubles, votes });
  }
  return [...found.values()].sort((a, b) => b.votes - a.votes);
}

/** Whether a hosting network is that of what was meant, and not one that hosts whoever pays: by the names tried there. */
function isOwnHost(host: number, set: readonly Event[], isNamed: (target: string) => boolean): boolean {
  const tried = new Set(
    set.flatMap(({ targets }) => targets.flatMap((one) => (one.hostingAsn === host ? one.target : []))),
  );
  return [...tried].filter(isNamed).length >= OWN_NAMES * tried.size;
}

function idOf(main: Event, onset: Bounds): string {
  const day = new Date(onset.toMs).toISOString().slice(0, 10);
  const own = affectedTargets(main).filter(({ hostingAsn }) => hostingAsn === hostOf(main));
  const [first] = own.sort((a, b) => b.votes - a.votes || (a.target < b.target ? -1 : 1));
  const host = main.kind === "outage" ? hostOf(main) : undefined;
  const about = host === undefined ? (first?.target ?? "users") : `AS${host}`;
  return `${day}-${main.kind}-${about}`.toLowerCase().replace(/[^a-z0-9.-]+/g, "-");
}
