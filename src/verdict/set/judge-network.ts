/**
 * All rows of one network become one judgement: its cap, its share of throttled votes and how that is spread, when it
 * changed, and what the rule's false-positive rate is. A row is judged by the network's own cap where that is accepted,
 * else by its country's, else without one. State: that of the last period, votes since the last dated change.
 */
import { groupBy } from "../../base/group-by.ts";
import type { Random } from "../../base/random.ts";
import { type ChangeDates, dateChanges } from "./change-dates.ts";
import { type FalsePositives, judgePairBy } from "./false-positives.ts";
import { type CapJudgement, judgeCap } from "./network-cap.ts";
import { type NetworkWatch, watchNetwork } from "./network-watch.ts";
import { isPartial, type Share, shareOf } from "./share.ts";
import { type SpeedRow, targetPairs } from "./speed-row.ts";
import { type Spread, spreadOf } from "./spread.ts";
import { isDecided, latestS, type Vote, votesOf } from "./votes.ts";

export interface NetworkContext {
  /** Of the network's country, where one was accepted; goodput, bit/s. */
  readonly countryCapBps?: number;
  /** A/A of the whole set: a single network has too few rows for its own. */
  readonly falsePositives: FalsePositives;
}

export interface Period {
  /** First row of its first vote, last row of its last, seconds since 1970. */
  readonly fromS: number;
  readonly toS: number;
  readonly share: Share;
}

export interface NetworkJudgement {
  readonly asn: number;
  readonly networkName?: string;
  readonly country?: string;
  readonly rows: number;
  readonly state: "throttled" | "ok" | "insufficient";
  readonly cap: CapJudgement;
  /** Whose cap rows were judged by. */
  readonly capFrom: "network" | "country" | "none";
  /** Over the whole time. */
  readonly share: Share;
  /** Of a network that throttles some and not others. */
  readonly spread?: Spread;
  readonly periods: readonly Period[];
  readonly changes: ChangeDates;
  readonly watch: NetworkWatch;
  readonly falsePositives: FalsePositives;
  readonly votes: readonly Vote[];
}

/** Rows of one network in any order. No rows: insufficient. */
export function judgeNetwork(
  asn: number,
  rows: readonly SpeedRow[],
  context: NetworkContext,
  random: Random,
): NetworkJudgement {
  const cap = judgeCap(targetPairs(rows), random);
  const capBps = cap.state === "capped" ? cap.capBps : context.countryCapBps;
  const judge = (row: SpeedRow) => judgePairBy(capBps, row.targetBps, row.controlBps);
  const votes = votesOf(rows, judge, random);
  const decided = votes.filter(isDecided);
  const share = shareOf(votes);
  const changes = dateChanges(decided);
  const borders = changes.state === "dated" ? changes.changes.map(({ at }) => at) : [];
  const periods: Period[] = [];
  for (const [i, from] of [0, ...borders].entries()) {
    const inside = decided.slice(from, borders[i]);
    if (inside.length === 0) continue;
    periods.push({ fromS: inside[0]!.firstS, toS: latestS(inside), share: shareOf(inside) });
  }
  const networkName = mostFrequent(rows, (row) => row.networkName);
  const country = mostFrequent(rows, (row) => row.country);
  return {
    asn,
    ...(networkName !== undefined && { networkName }),
    ...(country !== undefined && { country }),
    rows: rows.length,
    state: (periods.at(-1)?.share ?? share).state,
    cap,
    capFrom: cap.state === "capped" ? "network" : context.countryCapBps === undefined ? "none" : "country",
    share,
    ...(isPartial(share) && { spread: spreadOf(votes) }),
    periods,
    changes,
    watch: watchNetwork(decided),
    falsePositives: context.falsePositives,
    votes,
  };
}

/** Of the values that rows have; the first of those that are as many. */
function mostFrequent(
  rows: readonly SpeedRow[],
  textOf: (row: SpeedRow) => string | undefined,
): string | undefined {
  const groups = groupBy(rows, textOf);
  groups.delete(undefined);
  return [...groups].sort(([, a], [, b]) => b.length - a.length)[0]?.[0];
}
