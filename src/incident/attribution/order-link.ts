/**
 * What an event has in common with what was ordered or announced: the time, the names, the operators whose boxes acted on
 * it, the pattern of names that it hit. Of several announcements the one nearest before the onset.
 */
import type { TimelineEntry, TimelineKind } from "../../observation/timeline-entry.ts";
import { networkOf } from "../attempt.ts";
import { affectedNetworks, affectedTargets, type Event } from "../event.ts";
import { type NamePattern, patternMatches } from "../pattern.ts";
import { centreOf, mayCoincide } from "../when.ts";

/** Kinds of entries that put something in force, or say so. */
const ORDERS: readonly TimelineKind[] = ["order", "step", "statement", "lift"];
const SOON_MS = 2 * 3_600_000;
/** Announcements are followed by effects within a day, if at all. */
const BEFORE_MS = 24 * 3_600_000;
const SAME_OPERATORS = 0.7;
const LEAST_NETWORKS = 3;
const LEAST_PATTERN_NAMES = 2;

interface Finding {
  readonly says: string;
  /** Networks, names or votes that it rests on; absent: it rests on what was announced, and on no count. */
  readonly size?: number;
}

export interface OrderLink {
  readonly isSoon: boolean;
  readonly timing: string;
  readonly named?: Finding & { readonly holds: boolean };
  readonly operators?: Finding & { readonly holds: boolean };
  readonly pattern?: Finding;
  readonly ended?: Finding;
}

/** A statement counts where it is an announcement; one that carries a predicate is a claim about what happened. */
function isOrder({ kind, predicate }: TimelineEntry): boolean {
  return ORDERS.includes(kind) && (kind !== "statement" || predicate === undefined);
}

/** An event that an order is taken to have made: throttling or blocking of names that were announced before it. */
export interface Ordered {
  readonly event: Event;
  readonly pattern?: NamePattern;
}

/**
 * `ordered`: ordered events but this one. Undefined: when it began is not known, or nothing was announced or ordered before.
 */
export function orderLinkOf(
  event: Event,
  timeline: readonly TimelineEntry[],
  ordered: readonly Ordered[],
): OrderLink | undefined {
  // An order comes before what it makes.
  const others = ordered.filter((other) => centreOf(other.event.onset) <= event.onset.toMs);
  const orders = timeline.filter(
    (entry) => isOrder(entry) && Date.parse(entry.time) <= centreOf(event.onset),
  );
  if (event.onset.fromMs === undefined || (orders.length === 0 && others.length === 0)) return undefined;
  const times = [
    ...orders.map(({ time }) => Date.parse(time)),
    ...others.map((other) => centreOf(other.event.onset)),
  ];
  const latestMs = times.reduce((latest, ms) => Math.max(latest, ms), Number.NEGATIVE_INFINITY);
  const isSoon = Number.isFinite(latestMs) && event.onset.toMs - latestMs <= SOON_MS;
  const timing = Number.isFinite(latestMs)
    ? `it began ${Math.round((event.onset.toMs - latestMs) / 60_000)} minutes, or less, after the last order, announcement or ordered event before it`
    : "no order or announcement is known from before it";
  const operators = operatorsIn(event, others);
  const pattern = patternIn(event, others);
  const named = namedIn(event, timeline);
  const ended = endedIn(event, others);
  return {
    ...{ isSoon, timing },
    ...(named && { named }),
    ...(operators && { operators }),
    ...(pattern && { pattern }),
    ...(ended && { ended }),
  };
}

/** Whether announcements of the day before name what is affected. What is slow or silent for everything has no names. */
export function namedIn(event: Event, timeline: readonly TimelineEntry[]): OrderLink["named"] {
  if (event.isOfUsers) return undefined;
  const near = timeline.filter((entry) => {
    const ms = Date.parse(entry.time);
    return (
      isOrder(entry) &&
      ms <= centreOf(event.onset) &&
      (event.onset.fromMs === undefined || ms >= event.onset.fromMs - BEFORE_MS)
    );
  });
  if (near.length === 0) return undefined;
  const affected = affectedTargets(event);
  const named = affected.filter(({ target }) => near.some((entry) => names(entry, target)));
  const holds =
    2 * named.length >= affected.length ||
    isOneHostOf(
      event,
      named.map(({ target }) => target),
    );
  const naming = near.find((entry) => named.some(({ target }) => names(entry, target)));
  return holds
    ? {
        holds,
        says: `announced by ${naming?.who ?? "an order"}: ${named
          .slice(0, 3)
          .map(({ target }) => target)
          .join(", ")}`,
      }
    : {
        holds,
        says: `none of the ${near.length} announcements of the day before names what is affected`,
      };
}

/** All affected names are of the host of one that was named. */
function isOneHostOf(event: Event, named: readonly string[]): boolean {
  const affected = affectedTargets(event);
  const hosts = new Set(
    affected.filter(({ target }) => named.includes(target)).map(({ hostingAsn }) => hostingAsn),
  );
  return (
    hosts.size > 0 && 2 * affected.filter(({ hostingAsn }) => hosts.has(hostingAsn)).length > affected.length
  );
}

/** An entry names a target by one of its own targets, or in its words: "Twitter" names twitter.com. */
export function names({ targets = [], text, kind }: TimelineEntry, target: string): boolean {
  const labels = target.toLowerCase().split(".").slice(0, -1);
  const own = targets.map((one) => one.toLowerCase());
  if (own.some((one) => one === target.toLowerCase() || labels.includes(one))) return true;
  return (
    kind === "statement" &&
    text
      .toLowerCase()
      .split(/[^\p{L}\p{N}.-]+/u)
      .some((word) => word === target.toLowerCase() || labels.at(-1) === word)
  );
}

/**
 * An order reaches the boxes of one country. What troubles users abroad as well did not come from them; what spares those
 * abroad, and troubles whom the order troubles, may have. Says nothing where nobody abroad measured, or few of the others.
 */
function operatorsIn(event: Event, others: readonly Ordered[]): OrderLink["operators"] {
  const own = partsOf(event);
  for (const { event: other } of others) {
    const countries = new Set(affectedNetworks(other).flatMap(({ country }) => country ?? []));
    if (countries.size !== 1) continue;
    const abroad = event.networks.filter(
      ({ country, part }) => country !== undefined && !countries.has(country) && part !== "insufficient",
    );
    const touched = [...partsOf(other)].filter(([network, part]) => part === "affected" && own.has(network));
    if (abroad.length === 0 || touched.length < LEAST_NETWORKS) continue;
    const hitAbroad = abroad.filter(({ part }) => part === "affected").length;
    const hit = touched.filter(([network]) => own.get(network) === "affected").length;
    const size = abroad.length + touched.length;
    if (hitAbroad > 0)
      return {
        holds: false,
        size,
        says: `${hitAbroad} networks abroad are affected, where the ordered event reaches none`,
      };
    if (hit >= SAME_OPERATORS * touched.length)
      return {
        holds: true,
        size,
        says: `${hit} of ${touched.length} networks in which the ordered event acts are affected, and none of ${abroad.length} abroad`,
      };
  }
  return undefined;
}

function partsOf({ networks }: Event): Map<string, "affected" | "spared"> {
  return new Map(
    networks.flatMap(({ asn, accessKind, part }) =>
      part === "insufficient" ? [] : [[networkOf(asn, accessKind), part] as const],
    ),
  );
}

function patternIn(event: Event, others: readonly Ordered[]): Finding | undefined {
  const affected = affectedTargets(event).map(({ target }) => target);
  for (const { pattern } of others) {
    if (!pattern) continue;
    const fit = affected.filter((target) => patternMatches(pattern, target));
    if (fit.length >= LEAST_PATTERN_NAMES && fit.length === affected.length)
      return {
        size: fit.length,
        says: `all ${fit.length} names fit the pattern ${pattern.text} of the ordered event`,
      };
  }
  return undefined;
}

function endedIn(event: Event, others: readonly Ordered[]): Finding | undefined {
  const { onset, end } = event;
  const alike = others.find(
    (other) =>
      end &&
      other.event.end &&
      mayCoincide(onset, other.event.onset, 0) &&
      mayCoincide(end, other.event.end, 0),
  );
  return alike && { size: event.votes, says: "it began and ended with the ordered event" };
}
