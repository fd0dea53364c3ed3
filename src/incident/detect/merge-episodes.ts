/**
 * Episodes that are one thing seen several times: the same targets, or targets of one hosting network, in trouble at
 * overlapping times. Sites that come back one by one, networks that are reached one after another, and transfers of which
 * some stop and some crawl, are one event.
 */
import { groupBy } from "../../base/group-by.ts";
import type { Nature, Voice } from "./ballot.ts";
import type { Episode } from "./find-episodes.ts";

/** A pause of an event that is no end, as a share of the longer part. */
const PAUSE = 0.25;
/** Of all targets of both. */
const SHARED_TARGETS = 0.5;
/** Of the longer of two that show in different ways; what is slowed first and blocked then is two events. */
const SHARED_TIME = 0.5;

/** What belongs together, each part once; the first has the most to say. */
export type EpisodeSet = readonly [Episode, ...Episode[]];

export function mergeEpisodes(episodes: readonly Episode[]): EpisodeSet[] {
  const sets: Episode[][] = [];
  for (const episode of [...episodes].sort((a, b) => b.stretch.score - a.stretch.score)) {
    const akin = sets.filter((set) => set.some((other) => areOne(other, episode)));
    const merged = [...akin.flat(), episode].sort((a, b) => b.stretch.score - a.stretch.score);
    for (const set of akin) sets.splice(sets.indexOf(set), 1);
    sets.push(merged);
  }
  return sets as unknown as EpisodeSet[];
}

export function timesOf({ voices }: Pick<Episode, "voices">): {
  readonly fromMs: number;
  readonly toMs: number;
} {
  return { fromMs: voices[0]!.attempt.timeMs, toMs: voices.at(-1)!.attempt.timeMs };
}

function areOne(a: Episode, b: Episode): boolean {
  if (a.isOfUsers !== b.isOfUsers || !touch(a, b)) return false;
  const shared = sharedTargets(a, b);
  if (a.nature !== b.nature) return shared >= SHARED_TARGETS && overlap(a, b) >= SHARED_TIME * longerMs(a, b);
  return (
    shared > 0 ||
    (hostingOf(a.voices) !== undefined && hostingOf(a.voices) === hostingOf(b.voices) && isFailure(a.nature))
  );
}

/** Names that are slowed need not belong together because they are hosted together; what stops answering does. */
function isFailure(nature: Nature): boolean {
  return nature === "failed";
}

function touch(a: Episode, b: Episode): boolean {
  return overlap(a, b) >= -PAUSE * longerMs(a, b);
}

function longerMs(a: Episode, b: Episode): number {
  return Math.max(...[a, b].map(timesOf).map(({ fromMs, toMs }) => toMs - fromMs));
}

/** ms; negative: so far apart. */
function overlap(a: Episode, b: Episode): number {
  const [one, other] = [timesOf(a), timesOf(b)];
  return Math.min(one.toMs, other.toMs) - Math.max(one.fromMs, other.fromMs);
}

/** Of all targets of either (Jaccard). */
function sharedTargets(a: Episode, b: Episode): number {
  const [one, other] = [affectedBy(a), affectedBy(b)];
  const shared = [...one].filter((target) => other.has(target)).length;
  return shared / Math.max(1, one.size + other.size - shared);
}

export function affectedBy({ targets }: Episode): Set<string> {
  return new Set([...targets].filter(([, { part }]) => part === "affected").map(([target]) => target));
}

/** The hosting network that most targets lie in; undefined where it is not known. */
export function hostingOf(voices: readonly Voice[]): number | undefined {
  const targets = groupBy(voices, ({ attempt }) => attempt.hostingAsn);
  targets.delete(undefined);
  const sizes = [...targets].map(
    ([asn, own]) => [asn, new Set(own.map(({ attempt }) => attempt.target)).size] as const,
  );
  return sizes.sort(([, a], [, b]) => b - a)[0]?.[0];
}
