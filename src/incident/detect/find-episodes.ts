/**
 * Episodes of trouble out of all voices: the strongest stretch of any group is taken, who was part of it is told from their
 * own votes, what it explains is taken out, and the search goes on in what is left until nothing stands out any more.
 * One thing that went wrong is so one episode, not one for each target and network.
 */
import { groupBy } from "../../base/group-by.ts";
import { median } from "../../stats/quantile.ts";
import type { Part } from "../event.ts";
import { isTroubleOf, NATURES, type Nature, SPEAKS, TROUBLED, type Voice } from "./ballot.ts";
import {
  type Columns,
  columnsOf,
  liveOf,
  liveWhere,
  type Members,
  membersWhere,
  seriesOf,
} from "./columns.ts";
import { type Group, groupsOf } from "./group.ts";
import { type PartJudgement, partsBy, TAKES_SIDE, TAKES_SIDE_ALONE, type Window } from "./part.ts";
import { bestStretchOf, type Stretch } from "./scan.ts";

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
  /** Those that may still say something. */
  members: Members;
  best: Stretch | undefined;
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
    const episode = episodeOf(strongest, columns, usual[nature]);
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

function scan(one: Series, usual: Readonly<Record<Nature, number>>, columns: Columns): void {
  one.best = bestStretchOf(seriesOf(columns, one.nature, one.members), usual[one.nature]);
}

/** The series without its strongest stretch. */
function leaveOut(one: Series, usual: Readonly<Record<Nature, number>>, columns: Columns): void {
  const { first, last } = one.best!;
  one.members = liveOf(columns, one.nature, one.members).filter((_, i) => i < first || i > last);
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

/** Who is affected of the users of the group, what else is affected for these users, and from when to when. */
function episodeOf(series: Series, columns: Columns, usual: number): Episode | undefined {
  const { group, nature } = series;
  const { first, last, troubles, votes } = series.best!;
  const { timesMs } = columns;
  const seeds = liveOf(columns, nature, series.members).subarray(first, last + 1);
  const window = { fromMs: timesMs[seeds[0]!]!, toMs: timesMs[seeds.at(-1)!]! };
  const share = (troubles + 0.5) / (votes + 1);
  // All of the group, also what the series has left out by now.
  const ofGroup = liveOf(columns, nature, group.members);
  let networks = partsBy(columns, ofGroup, columns.networks, { nature, window, share, usual });
  const isAffected = (network: string | undefined): boolean =>
    network === undefined || networks.get(network)?.part === "affected";
  const affectedOfGroup = membersWhere(ofGroup, columns.networks, isAffected);
  const suspicion = {
    ...{ nature, window, usual },
    share: shareOf(columns, affectedOfGroup, nature, window) ?? share,
  };
  const seedTargets = new Set(Array.from(seeds, (at) => columns.voices[at]!.attempt.target));
  const targets = partsBy(
    columns,
    liveWhere(columns, nature, columns.networks, isAffected),
    columns.targets,
    suspicion,
    // What stops answering together needs little more; names are slowed one by one, whatever hosts them.
    (target) => (nature === "failed" && seedTargets.has(target) ? TAKES_SIDE : TAKES_SIDE_ALONE),
  );
  if (group.isOfUsers && !isOfMostTargets(targets)) return undefined;
  const isMember = (target: string): boolean => targets.get(target)?.part === "affected";
  const ofMembers = liveWhere(columns, nature, columns.targets, isMember);
  networks = partsBy(columns, ofMembers, columns.networks, suspicion);
  const affected = membersWhere(ofMembers, columns.networks, isAffected);
  const stretch = bestStretchOf(seriesOf(columns, nature, affected), usual);
  if (!stretch) return undefined;
  const inStretch = affected.subarray(stretch.first, stretch.last + 1);
  const lengthMs = timesMs[inStretch.at(-1)!]! - timesMs[inStretch[0]!]!;
  if (nature !== "failed" && lengthMs < SHORTEST_SLOW_MS) return undefined;
  if (!isHeardTwice(columns, inStretch, ofMembers, nature, usual)) return undefined;
  return {
    ...{ nature, stretch, usual, targets, networks, isOfUsers: group.isOfUsers },
    voices: Array.from(inStretch, (at) => columns.voices[at]!),
  };
}

/**
 * Trouble must stand without its loudest place, whose clock or line may be at fault: unless nobody else measures there, and
 * that place is all there is.
 */
function isHeardTwice(
  columns: Columns,
  inStretch: Members,
  all: Members,
  nature: Nature,
  usual: number,
): boolean {
  const attemptOf = (at: number) => columns.voices[at]!.attempt;
  const troubled = inStretch.filter((at) => (columns.says[at]! & TROUBLED[nature]) !== 0);
  const places = [...groupBy(troubled, (at) => attemptOf(at).place)].sort(
    ([, a], [, b]) => b.length - a.length,
  );
  const [loudest, ofLoudest] = places[0]!;
  const { network } = attemptOf(ofLoudest[0]!);
  if (all.every((at) => attemptOf(at).network !== network || attemptOf(at).place === loudest)) return true;
  const rest = inStretch.filter((at) => attemptOf(at).place !== loudest);
  return (bestStretchOf(seriesOf(columns, nature, rest), usual)?.score ?? 0) >= TAKES_SIDE_ALONE;
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

/** Of trouble among the members, in the window; undefined where nobody said anything then. */
function shareOf(
  { timesMs, says }: Columns,
  members: Members,
  nature: Nature,
  { fromMs, toMs }: Window,
): number | undefined {
  const inside = members.filter((at) => timesMs[at]! >= fromMs && timesMs[at]! <= toMs);
  const troubles = inside.filter((at) => (says[at]! & TROUBLED[nature]) !== 0).length;
  return inside.length === 0 ? undefined : (troubles + 0.5) / (inside.length + 1);
}
