/**
 * Episodes of trouble out of all voices: the strongest stretch of any group is taken, who was part of it is told from their
 * own votes, what it explains is taken out, and the search goes on in what is left until nothing stands out any more.
 * One thing that went wrong is so one episode, not one for each target and network.
 */
import { groupBy } from "../../base/group-by.ts";
import { median } from "../../stats/quantile.ts";
import type { Part } from "../event.ts";
import { NATURES, type Nature, type Voice } from "./ballot.ts";
import { type Group, groupsOf, keysOf } from "./group.ts";
import { judgePart, type PartJudgement, TAKES_SIDE_ALONE, type Window } from "./part.ts";
import { bestStretch, type Stretch, type Vote } from "./scan.ts";

/** Log likelihood ratio that one series must have: as the crowd notes' CUSUM; more, the more series are looked at. */
const LEAST_SCORE = 12;
const LEAST_USUAL = 0.02;
const LARGEST_USUAL = 0.15;
/** An event of users needs so many of their targets to be in it. */
const MOST_TARGETS = 0.7;
const LEAST_TARGETS = 3;
const MOST_EPISODES = 100;
/** Stretches that turn out to be nothing, before the search is over: each costs a look at all voices. */
const MOST_VAIN = 300;
/**
 * What is slow beside its control for a shorter time may be a queue that was full just then: pairs of one moment are not
 * independent of each other.
 */
const SHORTEST_SLOW_MS = 30 * 60_000;

export interface Episode {
  readonly nature: Nature;
  readonly stretch: Stretch;
  readonly usual: number;
  readonly targets: ReadonlyMap<string, PartJudgement>;
  readonly networks: ReadonlyMap<string, PartJudgement>;
  /** Of the affected targets from the affected networks, while it lasted, in order of time. */
  readonly voices: readonly Voice[];
  /** Trouble is with the users: everything that they tried. */
  readonly isOfUsers: boolean;
}

/** One question about one group. */
interface Series {
  readonly group: Group;
  readonly nature: Nature;
  voices: readonly Voice[];
  best: Stretch | undefined;
}

/** Trouble that an episode found before accounts for. */
type Explained = Readonly<Record<Nature, Set<Voice>>>;

/** `voices` in order of time. */
export function findEpisodes(voices: readonly Voice[]): Episode[] {
  const usual = usualShares(voices);
  const explained: Explained = { slow: new Set(), delayed: new Set(), failed: new Set() };
  const seriesByKey = new Map<string, Series[]>();
  for (const group of groupsOf(voices)) {
    const own = NATURES.map((nature): Series => {
      return { group, nature, voices: group.members, best: undefined };
    });
    for (const one of own) scan(one, usual, explained);
    seriesByKey.set(group.key, own);
  }
  const series = [...seriesByKey.values()].flat();
  const least = LEAST_SCORE + Math.log(Math.max(1, seriesByKey.size));
  const found: Episode[] = [];
  let vain = 0;
  while (found.length < MOST_EPISODES && vain < MOST_VAIN) {
    const strongest = strongestOf(series, least);
    if (!strongest) break;
    const { nature } = strongest;
    const live = voices.filter((voice) => voice.says[nature] !== undefined && !explained[nature].has(voice));
    const episode = episodeOf(strongest, live, usual[nature]);
    const explains = episode?.voices.filter(({ says }) => says[nature]!.isTrouble) ?? [];
    if (!episode || explains.length === 0) {
      // What is nothing must not hide what else the series holds.
      vain++;
      leaveOut(strongest, usual, explained);
      continue;
    }
    found.push(episode);
    for (const voice of explains) explained[nature].add(voice);
    for (const key of new Set(explains.flatMap(({ attempt }) => keysOf(attempt))))
      for (const one of seriesByKey.get(key) ?? []) if (one.nature === nature) scan(one, usual, explained);
  }
  return found;
}

/** Half of the targets have less: the level from which trouble stands out. */
function usualShares(voices: readonly Voice[]): Record<Nature, number> {
  const targets = [...groupBy(voices, ({ attempt }) => attempt.target).values()];
  const usual = (nature: Nature): number => {
    const shares = targets.flatMap((own) => {
      const votes = votesOf(own, nature);
      return votes.length === 0 ? [] : countTroubles(votes) / votes.length;
    });
    return Math.min(LARGEST_USUAL, Math.max(LEAST_USUAL, shares.length === 0 ? 0 : median(shares)));
  };
  return { slow: usual("slow"), delayed: usual("delayed"), failed: usual("failed") };
}

function votesOf(voices: readonly Voice[], nature: Nature): Vote[] {
  const votes: Vote[] = [];
  for (const { says } of voices) {
    const vote = says[nature];
    if (vote) votes.push(vote);
  }
  return votes;
}

function countTroubles(votes: readonly Vote[]): number {
  return votes.reduce((sum, { isTrouble }) => sum + (isTrouble ? 1 : 0), 0);
}

function scan(one: Series, usual: Readonly<Record<Nature, number>>, explained: Explained): void {
  one.voices = one.voices.filter(
    (voice) => voice.says[one.nature] !== undefined && !explained[one.nature].has(voice),
  );
  one.best = bestStretch(votesOf(one.voices, one.nature), usual[one.nature]);
}

/** The series without its strongest stretch. */
function leaveOut(one: Series, usual: Readonly<Record<Nature, number>>, explained: Explained): void {
  const { first, last } = one.best!;
  one.voices = [...one.voices.slice(0, first), ...one.voices.slice(last + 1)];
  scan(one, usual, explained);
}

function strongestOf(series: readonly Series[], least: number): Series | undefined {
  let strongest: Series | undefined;
  let most = 0;
  for (const one of series) {
    if (!one.best) continue;
    if (one.best.score < least || one.best.score <= most) continue;
    most = one.best.score;
    strongest = one;
  }
  return strongest;
}

/** Who is affected of the users of the group, what else is affected for these users, and from when to when. */
function episodeOf(series: Series, live: readonly Voice[], usual: number): Episode | undefined {
  const { group, nature } = series;
  const { first, last, troubles, votes } = series.best!;
  const seeds = series.voices.slice(first, last + 1);
  const window = { fromMs: seeds[0]!.attempt.timeMs, toMs: seeds.at(-1)!.attempt.timeMs };
  const inGroup = new Set(group.members);
  const share = (troubles + 0.5) / (votes + 1);
  const ofGroup = live.filter((voice) => inGroup.has(voice));
  let networks = partsBy(ofGroup, ({ attempt }) => attempt.network, nature, window, share, usual);
  const isFromAffected = ({ attempt: { network } }: Voice): boolean =>
    network === undefined || networks.get(network)?.part === "affected";
  const inside = shareOf(ofGroup.filter(isFromAffected), nature, window) ?? share;
  const seedTargets = new Set(seeds.map(({ attempt }) => attempt.target));
  const targets = partsBy(
    live.filter(isFromAffected),
    ({ attempt }) => attempt.target,
    ...([nature, window, inside, usual] as const),
    // What stops answering together needs little more; names are slowed one by one, whatever hosts them.
    (target) => (nature === "failed" && seedTargets.has(target) ? undefined : TAKES_SIDE_ALONE),
  );
  if (group.isOfUsers && !isOfMostTargets(targets)) return undefined;
  const ofMembers = live.filter(({ attempt }) => targets.get(attempt.target)?.part === "affected");
  networks = partsBy(ofMembers, ({ attempt }) => attempt.network, nature, window, inside, usual);
  const own = ofMembers.filter((voice) => isFromAffected(voice) && voice.says[nature] !== undefined);
  const stretch = bestStretch(votesOf(own, nature), usual);
  if (!stretch) return undefined;
  const inStretch = own.slice(stretch.first, stretch.last + 1);
  if (nature !== "failed" && lengthMs(inStretch) < SHORTEST_SLOW_MS) return undefined;
  if (!isHeardTwice(inStretch, ofMembers, nature, usual)) return undefined;
  return {
    ...{ nature, stretch, usual, targets, networks, isOfUsers: group.isOfUsers },
    voices: inStretch,
  };
}

function lengthMs(voices: readonly Voice[]): number {
  return voices.at(-1)!.attempt.timeMs - voices[0]!.attempt.timeMs;
}

/**
 * Trouble must stand without its loudest place, whose clock or line may be at fault: unless nobody else measures there, and
 * that place is all there is.
 */
function isHeardTwice(
  inStretch: readonly Voice[],
  all: readonly Voice[],
  nature: Nature,
  usual: number,
): boolean {
  const troubled = inStretch.filter(({ says }) => says[nature]!.isTrouble);
  const places = [...groupBy(troubled, ({ attempt }) => attempt.place)].sort(
    ([, a], [, b]) => b.length - a.length,
  );
  const loudest = places[0]![0];
  const { network } = places[0]![1][0]!.attempt;
  if (all.every(({ attempt }) => attempt.network !== network || attempt.place === loudest)) return true;
  const rest = inStretch.filter(({ attempt }) => attempt.place !== loudest);
  return (bestStretch(votesOf(rest, nature), usual)?.score ?? 0) >= TAKES_SIDE_ALONE;
}

/** Counted by target and by vote: hundreds of rare names do not outweigh the one that everybody uses. */
function isOfMostTargets(targets: ReadonlyMap<string, PartJudgement>): boolean {
  const of = (part: Part) => [...targets.values()].filter((one) => one.part === part);
  const votes = (parts: readonly PartJudgement[]) => parts.reduce((sum, one) => sum + one.votes, 0);
  const [affected, spared] = [of("affected"), of("spared")];
  const isMost = (some: number, others: number) => some >= MOST_TARGETS * (some + others);
  return (
    affected.length >= LEAST_TARGETS &&
    isMost(affected.length, spared.length) &&
    isMost(votes(affected), votes(spared))
  );
}

function shareOf(voices: readonly Voice[], nature: Nature, { fromMs, toMs }: Window): number | undefined {
  const votes = votesOf(voices, nature).filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs);
  return votes.length === 0 ? undefined : (countTroubles(votes) + 0.5) / (votes.length + 1);
}

function partsBy<Key>(
  voices: readonly Voice[],
  keyOf: (voice: Voice) => Key | undefined,
  nature: Nature,
  window: Window,
  share: number,
  usual: number,
  leastSupport: (key: Key) => number | undefined = () => undefined,
): Map<Key, PartJudgement> {
  const parts = new Map<Key, PartJudgement>();
  for (const [key, own] of groupBy(voices, keyOf)) {
    if (key === undefined) continue;
    parts.set(key, judgePart(votesOf(own, nature), window, share, usual, leastSupport(key)));
  }
  return parts;
}
