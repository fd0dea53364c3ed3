/**
 * Episodes of trouble out of all voices: the strongest stretch of any group is taken, who was part of it is told from their
 * own votes, what it explains is taken out, and the search goes on in what is left until nothing stands out any more.
 * One thing that went wrong is so one episode, not one for each target and network.
 */
import { groupBy } from "../../base/group-by.ts";
import { median } from "../../stats/quantile.ts";
import type { Part } from "../event.ts";
import {
  isTroubleOf,
  NATURES,
  type Nature,
  SPEAKS,
  speaks,
  TROUBLED,
  type Voice,
  votesOf,
} from "./ballot.ts";
import { type Group, groupsOf } from "./group.ts";
import { judgePart, type PartJudgement, TAKES_SIDE_ALONE, type Window } from "./part.ts";
import { bestStretch, bestStretchOf, type Stretch, type Vote } from "./scan.ts";

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
  /** By number: those that may still say something, in order of time. */
  members: Uint32Array;
  best: Stretch | undefined;
}

/** All voices as columns, by number. */
interface Columns {
  readonly timesMs: Float64Array;
  readonly says: Uint8Array;
  /** Bits (SPEAKS) of natures in which an episode that was found before accounts for its trouble. */
  readonly explained: Uint8Array;
  /** For one series at a time. */
  readonly own: { readonly timesMs: Float64Array; readonly troubles: Uint8Array };
}

/** `voices`: all, in order of time. */
export function findEpisodes(voices: readonly Voice[]): Episode[] {
  const usual = usualShares(voices);
  const columns = columnsOf(voices);
  const groups = groupsOf(voices);
  const series = groups.all.flatMap((group) =>
    NATURES.map((nature): Series => ({ group, nature, members: group.members, best: undefined })),
  );
  for (const one of series) scan(one, usual, columns);
  const least = LEAST_SCORE + Math.log(Math.max(1, groups.all.length));
  const found: Episode[] = [];
  let vain = 0;
  while (found.length < MOST_EPISODES && vain < MOST_VAIN) {
    const strongest = strongestOf(series, least);
    if (!strongest) break;
    const { nature } = strongest;
    const isLive = (voice: Voice): boolean =>
      speaks(voice, nature) && (columns.explained[voice.at]! & SPEAKS[nature]) === 0;
    const episode = episodeOf(strongest, voices, isLive, membersOf(strongest, columns), usual[nature]);
    const explains = episode?.voices.filter((voice) => isTroubleOf(voice, nature)) ?? [];
    if (!episode || explains.length === 0) {
      // What is nothing must not hide what else the series holds.
      vain++;
      leaveOut(strongest, usual, columns);
      continue;
    }
    found.push(episode);
    for (const { at } of explains) columns.explained[at]! |= SPEAKS[nature];
    for (const place of new Set(explains.flatMap((voice) => groups.of(voice))))
      scan(series[NATURES.length * place + NATURES.indexOf(nature)]!, usual, columns);
  }
  return found;
}

function columnsOf(voices: readonly Voice[]): Columns {
  const { length } = voices;
  const timesMs = Float64Array.from(voices, ({ attempt }) => attempt.timeMs);
  const own = { timesMs: new Float64Array(length), troubles: new Uint8Array(length) };
  const says = Uint8Array.from(voices, (voice) => voice.says);
  return { timesMs, says, explained: new Uint8Array(length), own };
}

/** Half of the targets have less: the level from which trouble stands out. */
function usualShares(voices: readonly Voice[]): Record<Nature, number> {
  const targets = new Map<string, { votes: number[]; troubles: number[] }>();
  for (const { attempt, says } of voices) {
    let own = targets.get(attempt.target);
    if (!own) {
      own = { votes: NATURES.map(() => 0), troubles: NATURES.map(() => 0) };
      targets.set(attempt.target, own);
    }
    for (let i = 0; i < NATURES.length; i++) {
      if ((says & SPEAKS[NATURES[i]!]) !== 0) own.votes[i]!++;
      if ((says & TROUBLED[NATURES[i]!]) !== 0) own.troubles[i]!++;
    }
  }
  const usual = (nature: Nature): number => {
    const i = NATURES.indexOf(nature);
    const shares = [...targets.values()].flatMap(({ votes, troubles }) =>
      votes[i] === 0 ? [] : troubles[i]! / votes[i]!,
    );
    return Math.min(LARGEST_USUAL, Math.max(LEAST_USUAL, shares.length === 0 ? 0 : median(shares)));
  };
  return { slow: usual("slow"), delayed: usual("delayed"), failed: usual("failed") };
}

function countTroubles(votes: readonly Vote[]): number {
  return votes.reduce((sum, { isTrouble }) => sum + (isTrouble ? 1 : 0), 0);
}

function scan(one: Series, usual: Readonly<Record<Nature, number>>, columns: Columns): void {
  const { timesMs, says, explained, own } = columns;
  const [speaking, troubled] = [SPEAKS[one.nature], TROUBLED[one.nature]];
  let length = 0;
  for (const at of one.members) {
    const said = says[at]!;
    if ((said & speaking) === 0 || (explained[at]! & speaking) !== 0) continue;
    own.timesMs[length] = timesMs[at]!;
    own.troubles[length] = (said & troubled) === 0 ? 0 : 1;
    length++;
  }
  one.best = bestStretchOf({ ...own, length }, usual[one.nature]);
}

/** Those that still say something, by number: what the stretch of the series counts. */
function membersOf({ members, nature }: Series, { says, explained }: Columns): Uint32Array {
  const speaking = SPEAKS[nature];
  return members.filter((at) => (says[at]! & speaking) !== 0 && (explained[at]! & speaking) === 0);
}

/** The series without its strongest stretch. */
function leaveOut(one: Series, usual: Readonly<Record<Nature, number>>, columns: Columns): void {
  const { first, last } = one.best!;
  one.members = membersOf(one, columns).filter((_, i) => i < first || i > last);
  scan(one, usual, columns);
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

/**
 * Who is affected of the users of the group, what else is affected for these users, and from when to when. `own`: the
 * members that the stretch counts.
 */
function episodeOf(
  series: Series,
  voices: readonly Voice[],
  isLive: (voice: Voice) => boolean,
  own: Uint32Array,
  usual: number,
): Episode | undefined {
  const { group, nature } = series;
  const { first, last, troubles, votes } = series.best!;
  const seeds = Array.from(own.subarray(first, last + 1), (at) => voices[at]!);
  const window = { fromMs: seeds[0]!.attempt.timeMs, toMs: seeds.at(-1)!.attempt.timeMs };
  const share = (troubles + 0.5) / (votes + 1);
  const live = voices.filter(isLive);
  const ofGroup = Array.from(group.members, (at) => voices[at]!).filter(isLive);
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
  const affected = ofMembers.filter((voice) => isFromAffected(voice) && speaks(voice, nature));
  const stretch = bestStretch(votesOf(affected, nature), usual);
  if (!stretch) return undefined;
  const inStretch = affected.slice(stretch.first, stretch.last + 1);
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
  const troubled = inStretch.filter((voice) => isTroubleOf(voice, nature));
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
