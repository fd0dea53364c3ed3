/**
 * Watches a group of networks, vote by vote, for throttling that ends: a cumulative sum stratified by network. Each vote is
 * weighed against its own network's share over the 28 days to yesterday, so that a changing mix of users is no change.
 * After an alarm the old shares are forgotten, and the watch waits until votes since then make new ones. A network then
 * counts again when a share of a tenth is certain (95 %), not only likely: of many networks that nothing throttles any
 * more some would look like a tenth by chance, and their return to nothing like an end (our reading of "until a new
 * baseline exists").
 * Crowd notes, "Change over time", 1, whose constants these are. Memory: 28 days of counts for each network, and the
 * votes since the last alarm.
 */

import { jeffreysInterval } from "../../stats/beta.ts";
import { credibleRange } from "../../stats/change-posterior.ts";
import { clippedLogRatio, cusumStep } from "../../stats/cusum.ts";
import { DAY_S } from "./speed-row.ts";
import { type DecidedVote, latestS } from "./votes.ts";

const BASELINE_DAYS = 28;
const LEAST_BASELINE_VOTES = 5;
const LEAST_SHARE = 0.1;
const HIGHEST_SHARE = 0.97;
/** The share after the end, of that before. */
const SHARE_LEFT = 0.1;
const CLIP = 3;
const ALARM_AT = 12;

export interface GroupAlarm {
  /** Last row of the votes up to the one that raised it, seconds since 1970. */
  readonly alarmS: number;
  /** The change happened between these with 95 % probability, given that there was one and the shares before it. */
  readonly fromS: number;
  readonly toS: number;
  /** Votes since the change's likeliest place. */
  readonly votes: number;
  readonly networks: number;
}

export interface GroupWatch {
  /** insufficient: no network ever had enough votes, or a share high enough, to be held against. */
  readonly state: "watched" | "insufficient";
  readonly alarms: readonly GroupAlarm[];
  /** Votes that could be held against their network's share. */
  readonly testedVotes: number;
  readonly testedNetworks: number;
  readonly votes: number;
  readonly because?: string;
}

interface Baseline {
  readonly days: number[];
  readonly throttled: number[];
  readonly votes: number[];
  computedFor: number;
  share: number | undefined;
}

/** Votes in order of time, of networks that belong together. */
export function watchGroup(votes: readonly DecidedVote[]): GroupWatch {
  const baselines = new Map<number, Baseline>();
  const alarms: GroupAlarm[] = [];
  const testedNetworks = new Set<number>();
  let testedVotes = 0;
  let sum = 0;
  let ratios: number[] = [];
  let tested: DecidedVote[] = [];
  for (const vote of votes) {
    const day = Math.floor(vote.firstS / DAY_S);
    const baseline = baselines.get(vote.asn) ?? newBaseline();
    baselines.set(vote.asn, baseline);
    const before = shareBefore(baseline, day, alarms.length > 0);
    count(baseline, day, vote);
    if (before === undefined) continue;
    const ratio = clippedLogRatio(vote.state === "throttled", before, SHARE_LEFT * before, CLIP);
    sum = cusumStep(sum, ratio);
    testedVotes++;
    testedNetworks.add(vote.asn);
    ratios.push(ratio);
    tested.push(vote);
    if (sum < ALARM_AT) continue;
    alarms.push(alarmOf(tested, ratios));
    baselines.clear();
    sum = 0;
    ratios = [];
    tested = [];
  }
  const counts = { alarms, testedVotes, testedNetworks: testedNetworks.size, votes: votes.length };
  if (testedVotes > 0) return { state: "watched", ...counts };
  const because = `no network had ${LEAST_BASELINE_VOTES} votes on earlier days, a tenth of them throttled`;
  return { state: "insufficient", ...counts, because };
}

function newBaseline(): Baseline {
  return { days: [], throttled: [], votes: [], computedFor: Number.NEGATIVE_INFINITY, share: undefined };
}

function count(baseline: Baseline, day: number, vote: DecidedVote): void {
  if (baseline.days.at(-1) !== day) {
    baseline.days.push(day);
    baseline.throttled.push(0);
    baseline.votes.push(0);
  }
  const last = baseline.days.length - 1;
  baseline.votes[last]!++;
  if (vote.state === "throttled") baseline.throttled[last]!++;
}

/** (k + 1/2) / (n + 1) over the 28 days before `day`; undefined where that is no baseline. */
function shareBefore(baseline: Baseline, day: number, mustBeCertain: boolean): number | undefined {
  if (baseline.computedFor === day) return baseline.share;
  while (baseline.days.length > 0 && baseline.days[0]! < day - BASELINE_DAYS) {
    baseline.days.shift();
    baseline.throttled.shift();
    baseline.votes.shift();
  }
  let throttled = 0;
  let votes = 0;
  for (let i = 0; i < baseline.days.length; i++) {
    if (baseline.days[i]! >= day) continue;
    throttled += baseline.throttled[i]!;
    votes += baseline.votes[i]!;
  }
  const share = (throttled + 0.5) / (votes + 1);
  const enough =
    votes >= LEAST_BASELINE_VOTES &&
    share >= LEAST_SHARE &&
    (!mustBeCertain || jeffreysInterval(throttled, votes).low > LEAST_SHARE);
  baseline.computedFor = day;
  baseline.share = enough ? Math.min(share, HIGHEST_SHARE) : undefined;
  return baseline.share;
}

/** A change before vote j has the likelihood ratio of all votes from j on; every place is as likely beforehand. */
function alarmOf(tested: readonly DecidedVote[], ratios: readonly number[]): GroupAlarm {
  const weights = new Float64Array(ratios.length);
  let sum = 0;
  let highest = Number.NEGATIVE_INFINITY;
  let likeliest = 0;
  for (let i = ratios.length - 1; i >= 0; i--) {
    sum += ratios[i]!;
    weights[i] = sum;
    if (sum > highest) {
      highest = sum;
      likeliest = i;
    }
  }
  for (let i = 0; i < weights.length; i++) weights[i] = Math.exp(weights[i]! - highest);
  const { first, last } = credibleRange(weights);
  const since = tested.slice(likeliest);
  return {
    alarmS: latestS(tested),
    fromS: tested[Math.max(0, first - 1)]!.firstS,
    toS: tested[last]!.lastS,
    votes: since.length,
    networks: new Set(since.map(({ asn }) => asn)).size,
  };
}
