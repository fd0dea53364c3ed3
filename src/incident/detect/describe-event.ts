/**
 * A set of episodes becomes an Event: what was tried while it lasted, who was part of it and who was not, how it showed, and
 * which of the four kinds it is. A kind is given on what was counted alone:
 * - failures seen from everywhere are an outage; seen from some networks they are blocking where names decide, or where
 *   they fail as filters make them fail, and an outage otherwise;
 * - slowness is throttling where something speaks for a filter: networks or names of the same host that are spared, or one
 *   common rate; otherwise it is a general slowdown, of a server or of a network.
 */
import { groupBy } from "../../base/group-by.ts";
import { seededRandom } from "../../base/random.ts";
import { jeffreysInterval } from "../../stats/beta.ts";
import { median } from "../../stats/quantile.ts";
import { judgeCap } from "../../verdict/set/network-cap.ts";
import { PARTIAL_FROM } from "../../verdict/set/share.ts";
import { type Attempt, type FailureKind, networkOf } from "../attempt.ts";
import type { Event, EventKind, NetworkPart, Part, TargetPart } from "../event.ts";
import { LEAST_PLACES, sparedNeighbours } from "../neighbours.ts";
import { isTroubleOf, NATURES, type Nature, speaks, type Voice } from "./ballot.ts";
import { type EpisodeSet, timesOf } from "./merge-episodes.ts";
import type { Bounds } from "./scan.ts";

/** How filters end connections, where networks and servers that fail do not: after the hello, with a page, after N bytes. */
const FILTER_FAILURES: readonly FailureKind[] = ["hello-reset", "hello-timeout", "page", "stall"];
const MOST_EXAMPLES = 20;
const MOST_ADDRESSES = 20;
const CAP_SEED = 1;

/** `voices`: all, in order of time. */
export function describeEvent(set: EpisodeSet, voices: readonly Voice[]): Event {
  const main = set[0];
  const { nature, usual } = main;
  const own = uniqueInOrder(set.flatMap((episode) => episode.voices));
  const fromMs = Math.min(...set.map((episode) => timesOf(episode).fromMs));
  const toMs = Math.max(...set.map((episode) => timesOf(episode).toMs));
  const meanwhile = voices.filter(({ attempt: { timeMs } }) => timeMs >= fromMs && timeMs <= toMs);
  const targetParts = joined(set.map(({ targets }) => targets));
  const networkParts = joined(set.map(({ networks }) => networks));
  const isAffectedNetwork = (network: string | undefined): boolean =>
    network === undefined || networkParts.get(network) === "affected";
  const fromAffected = meanwhile.filter(({ attempt }) => isAffectedNetwork(attempt.network));
  const targets = targetsOf(fromAffected, targetParts, nature);
  const ofAffected = meanwhile.filter(({ attempt }) => targetParts.get(attempt.target) === "affected");
  const networks = networksOf(ofAffected, networkParts, nature).map((network) =>
    set.length > 1 ? { ...network, part: partOverall(network) } : network,
  );
  const failures = failuresOf(own);
  const hosts = new Set(
    targets.flatMap(({ part, hostingAsn }) => (part === "affected" ? (hostingAsn ?? []) : [])),
  );
  const isNeighbour = ({ target, hostingAsn, network, asn, accessKind }: Attempt): boolean =>
    hostingAsn !== undefined &&
    hosts.has(hostingAsn) &&
    targetParts.get(target) !== "affected" &&
    isAffectedNetwork(network) &&
    // Machines inside the host do not come to it from outside.
    !(accessKind === "hosting" && asn === hostingAsn);
  const attemptsOf = (some: readonly Voice[]): Attempt[] => some.map(({ attempt }) => attempt);
  const neighbours = sparedNeighbours(
    attemptsOf(own),
    attemptsOf(voices.filter(({ attempt }) => isNeighbour(attempt))),
  );
  const end = endOf(set);
  const described = {
    ...{
      origin: own.some(({ attempt }) => attempt.origin === "simulated")
        ? ("simulated" as const)
        : own[0]!.attempt.origin,
      isOfUsers: main.isOfUsers,
      hasCommonRate: nature === "slow" && hasCommonRate(own),
      lastMs: toMs,
      onset: onsetOf(set),
      targets,
      networks,
      failures,
      neighbours,
      usual,
    },
    ...(end && { end }),
    reach: reachOf(networks),
    slow: own.filter((voice) => isTroubleOf(voice, "slow") || isTroubleOf(voice, "delayed")).length,
    delayed: own.filter((voice) => isTroubleOf(voice, "delayed")).length,
    votes: own.length,
    troubles: own.filter((voice) => NATURES.some((one) => isTroubleOf(voice, one))).length,
    score: set.reduce((sum, { stretch }) => sum + stretch.score, 0),
    measurementIds: examplesOf(own, networks),
    ...speedsOf(own),
  };
  return { kind: kindOf(described, nature), ...described };
}

function uniqueInOrder(voices: readonly Voice[]): Voice[] {
  return [...new Set(voices)].sort((a, b) => a.attempt.timeMs - b.attempt.timeMs);
}

/**
 * Over the whole time of several episodes: affected where more than a tenth of a network's votes are certain to be in trouble,
 * spared where fewer are (verdict/set/share.ts); in between what the episodes say.
 */
function partOverall({ troubles, votes, part }: NetworkPart): Part {
  if (votes === 0) return part;
  const { low, high } = jeffreysInterval(troubles, votes);
  if (low > PARTIAL_FROM) return "affected";
  return high < PARTIAL_FROM ? "spared" : part === "affected" ? part : "insufficient";
}

/** Affected in one episode is affected; otherwise what the episode with the most votes says. */
function joined<Key>(maps: readonly ReadonlyMap<Key, { readonly part: Part }>[]): Map<Key, Part> {
  const parts = new Map<Key, Part>();
  for (const map of maps) {
    for (const [key, { part }] of map) {
      const before = parts.get(key);
      if (before === undefined || part === "affected" || before === "insufficient") parts.set(key, part);
    }
  }
  return parts;
}

function targetsOf(voices: readonly Voice[], parts: ReadonlyMap<string, Part>, nature: Nature): TargetPart[] {
  return [...groupBy(voices, ({ attempt }) => attempt.target)].map(([target, own]) => {
    const hostingAsn = own.find(({ attempt }) => attempt.hostingAsn !== undefined)?.attempt.hostingAsn;
    const addresses = [...new Set(own.flatMap(({ attempt }) => attempt.address ?? []))].slice(
      0,
      MOST_ADDRESSES,
    );
    const part = parts.get(target) ?? "insufficient";
    return {
      target,
      ...(hostingAsn !== undefined && { hostingAsn }),
      addresses,
      part,
      ...countOf(own, nature),
    };
  });
}

function networksOf(
  voices: readonly Voice[],
  parts: ReadonlyMap<string, Part>,
  nature: Nature,
): NetworkPart[] {
  const networks: NetworkPart[] = [];
  for (const [network, own] of groupBy(voices, ({ attempt }) => attempt.network)) {
    const { asn, networkName, country, accessKind } = own[0]!.attempt;
    if (network === undefined || asn === undefined) continue;
    networks.push({
      asn,
      ...(networkName !== undefined && { networkName }),
      ...(country !== undefined && { country }),
      ...(accessKind !== undefined && { accessKind }),
      places: new Set(own.map(({ attempt }) => attempt.place)).size,
      part: parts.get(network) ?? "insufficient",
      ...countOf(own, nature),
    });
  }
  return networks.sort((a, b) => b.votes - a.votes);
}

function countOf(voices: readonly Voice[], nature: Nature): { troubles: number; votes: number } {
  let [troubles, votes] = [0, 0];
  for (const voice of voices) {
    if (speaks(voice, nature)) votes++;
    if (isTroubleOf(voice, nature)) troubles++;
  }
  return { troubles, votes };
}

function failuresOf(voices: readonly Voice[]): Partial<Record<FailureKind, number>> {
  const counts: Partial<Record<FailureKind, number>> = {};
  for (const { attempt } of voices)
    if (attempt.failure !== undefined) counts[attempt.failure] = (counts[attempt.failure] ?? 0) + 1;
  return counts;
}

function onsetOf(set: EpisodeSet): Bounds {
  return [...set].sort((a, b) => timesOf(a).fromMs - timesOf(b).fromMs)[0]!.stretch.onset;
}

/** Absent where one of them goes on. */
function endOf(set: EpisodeSet): Bounds | undefined {
  if (set.some(({ stretch }) => stretch.end === undefined)) return undefined;
  return [...set].sort((a, b) => timesOf(b).toMs - timesOf(a).toMs)[0]!.stretch.end;
}

/** Everywhere: no network is spared, and several that are affected cast most of the votes. */
function reachOf(networks: readonly NetworkPart[]): Event["reach"] {
  const affected = networks.filter(({ part }) => part === "affected");
  if (affected.length <= 1 && (affected[0]?.places ?? 1) <= 1) return "one-vantage";
  if (affected.length < 2 || networks.some(({ part }) => part === "spared")) return "some-networks";
  const votesOf = (parts: readonly NetworkPart[]): number => parts.reduce((sum, { votes }) => sum + votes, 0);
  return 2 * votesOf(affected) > votesOf(networks) ? "everywhere" : "some-networks";
}

/** Measurements of networks that may be told, so that an id leads to nobody. */
function examplesOf(own: readonly Voice[], networks: readonly NetworkPart[]): string[] {
  const told = new Set(
    networks.flatMap(({ asn, accessKind, places }) =>
      places >= LEAST_PLACES ? networkOf(asn, accessKind) : [],
    ),
  );
  const shown = own.filter(
    ({ attempt: { network, origin } }) =>
      origin === "simulated" || (network !== undefined && told.has(network)),
  );
  return [...new Set(shown.map(({ attempt }) => attempt.measurementId))].slice(0, MOST_EXAMPLES);
}

function speedsOf(voices: readonly Voice[]): Pick<Event, "speeds"> {
  const pairs = voices.flatMap(({ attempt: { goodputBps, controlBps } }) =>
    goodputBps === undefined || controlBps === undefined ? [] : { goodputBps, controlBps },
  );
  if (pairs.length === 0) return {};
  return {
    speeds: {
      targetBps: median(pairs.map(({ goodputBps }) => goodputBps)),
      controlBps: median(pairs.map(({ controlBps }) => controlBps)),
      pairs: pairs.length,
    },
  };
}

type Described = Pick<
  Event,
  "targets" | "networks" | "reach" | "failures" | "neighbours" | "isOfUsers" | "hasCommonRate"
>;

function kindOf(event: Described, nature: Nature): EventKind {
  if (nature === "failed") {
    // What one place alone sees may be its own line.
    if (event.isOfUsers || event.reach === "one-vantage") return "outage";
    return isBlocking(event) ? "blocking" : "outage";
  }
  if (event.isOfUsers) return "general-slowdown";
  const hasSpared = event.networks.some(({ part }) => part === "spared") || hasSparedNeighbour(event);
  return hasSpared || event.hasCommonRate ? "throttling" : "general-slowdown";
}

function hasSparedNeighbour({ neighbours }: Described): boolean {
  return neighbours.places >= LEAST_PLACES;
}

function isBlocking(event: Described): boolean {
  const total = Object.values(event.failures).reduce((sum, count) => sum + count, 0);
  const filtered = FILTER_FAILURES.reduce((sum, kind) => sum + (event.failures[kind] ?? 0), 0);
  const isAsFiltersDo = 2 * filtered > total;
  if (event.reach === "everywhere")
    return isAsFiltersDo && (hasSparedNeighbour(event) || isAllStalls(event, total));
  if (isAsFiltersDo || hasSparedNeighbour(event)) return true;
  // Several operators of one country cut at the same time, and nobody else.
  const affected = event.networks.filter(({ part }) => part === "affected");
  const countries = new Set(affected.map(({ country }) => country));
  return (
    affected.length >= 2 &&
    countries.size === 1 &&
    event.networks.some(({ part, country }) => part === "spared" && !countries.has(country))
  );
}

function isAllStalls({ failures }: Described, total: number): boolean {
  return 2 * (failures.stall ?? 0) > total;
}

function hasCommonRate(voices: readonly Voice[]): boolean {
  const pairs = voices.flatMap(({ attempt: { timeMs, place, goodputBps, controlBps } }) =>
    goodputBps === undefined || controlBps === undefined || goodputBps <= 0 || controlBps <= 0
      ? []
      : { timeS: timeMs / 1000, place, testedBps: goodputBps, controlBps },
  );
  return judgeCap(pairs, seededRandom(CAP_SEED)).state === "capped";
}
