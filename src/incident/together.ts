/**
 * Which events are one incident: of one kind, in the same networks, beginning or ending together, or of names that have a
 * word in common; and what machines inside a hosting network see of its outage.
 */

import {
  affectedNames,
  affectedNetworkNames,
  affectedNetworks,
  affectedTargets,
  type Event,
  hostOf,
} from "./event.ts";
import { mayCoincide } from "./when.ts";

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
export function belongTogether(a: Event, b: Event): boolean {
  if (isOtherSideOf(a, b) || isOtherSideOf(b, a)) return true;
  if (a.kind === b.kind && overlap(a, b) && isPartOf(a, b)) return true;
  if (a.kind !== b.kind || shareOfSmaller(affectedNetworkNames(a), affectedNetworkNames(b)) < SAME_NETWORKS)
    return false;
  if (shareName(a, b) && overlap(a, b)) return true;
  if (mayCoincide(a.onset, b.onset, TOGETHER_MS) && a.onset.fromMs !== undefined) return true;
  return a.end !== undefined && b.end !== undefined && mayCoincide(a.end, b.end, TOGETHER_MS);
}

/** The same names in the same networks, or in some of them: seen once more. */
function isPartOf(a: Event, b: Event): boolean {
  const isIn = (some: ReadonlySet<string>, others: ReadonlySet<string>): boolean =>
    [...some].every((one) => others.has(one)) || [...others].every((one) => some.has(one));
  return isIn(affectedNames(a), affectedNames(b)) && isIn(affectedNetworkNames(a), affectedNetworkNames(b));
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
export function isOtherSideOf(outage: Event, event: Event): boolean {
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

/** Overlap of two sets, of the smaller one (Szymkiewicz and Simpson). */
function shareOfSmaller(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const both = [...a].filter((one) => b.has(one)).length;
  const smaller = Math.min(a.size, b.size);
  // Few shared networks are no sign of a common cause, unless they are all there are.
  if (both < LEAST_SHARED && !(both === a.size && both === b.size)) return 0;
  // A network that only one of the two was tried from says nothing: of the smaller set.
  return both / Math.max(1, smaller);
}
