/**
 * Watches one network, vote by vote, for any change of its share: the posterior of one change against none, with a hazard.
 * After an alarm it goes on with the votes since the change. False alarms below 0.001 a network and week on the crowd's
 * data. Crowd notes, "Change over time", 2, whose constants these are.
 */
import { changePosterior, JeffreysMarginal } from "../../stats/change-posterior.ts";
import {
  LEAST_DIFFERENCE,
  LEAST_VOTES_FOR_CHANGE,
  LEAST_VOTES_OF_SIDE,
  type ShareChange,
  shareChange,
  shareDifference,
  throttledBefore,
} from "./change.ts";
import { type DecidedVote, latestS } from "./votes.ts";

const HAZARD = 1 / 1000;
const ALARM_POSTERIOR = 0.99;
/** Votes looked back on: twice what passes between two changes at that hazard. Bounds the work for each vote. */
const LONGEST_LOOK_BACK = 2 / HAZARD;

export interface NetworkAlarm extends ShareChange {
  /** Last row of the votes up to the one that raised it, seconds since 1970. */
  readonly alarmS: number;
  readonly posterior: number;
}

export type NetworkWatch =
  | { readonly state: "watched"; readonly alarms: readonly NetworkAlarm[]; readonly votes: number }
  | { readonly state: "insufficient"; readonly because: string; readonly votes: number };

/** Votes of one network in order of time. */
export function watchNetwork(votes: readonly DecidedVote[]): NetworkWatch {
  if (votes.length < LEAST_VOTES_FOR_CHANGE) {
    const because = `not enough votes to watch (${votes.length} of ${LEAST_VOTES_FOR_CHANGE} needed)`;
    return { state: "insufficient", because, votes: votes.length };
  }
  const sums = throttledBefore(votes);
  const marginal = new JeffreysMarginal();
  const alarms: NetworkAlarm[] = [];
  let start = 0;
  for (let end = LEAST_VOTES_FOR_CHANGE; end <= votes.length; end++) {
    const from = Math.max(start, end - LONGEST_LOOK_BACK);
    if (end - from < LEAST_VOTES_FOR_CHANGE) continue;
    const posterior = changePosterior(
      sums,
      HAZARD,
      LEAST_VOTES_OF_SIDE,
      marginal,
      from,
      end,
      ALARM_POSTERIOR,
    );
    if (!posterior || posterior.probability <= ALARM_POSTERIOR) continue;
    // Before its time is worked out, which is most of the work.
    if (Math.abs(shareDifference(sums, from, posterior.at, end)) < LEAST_DIFFERENCE) continue;
    const change = shareChange(votes, sums, from, posterior.at, end, posterior);
    alarms.push({ ...change, alarmS: latestS(votes.slice(from, end)), posterior: posterior.probability });
    start = posterior.at;
  }
  return { state: "watched", alarms, votes: votes.length };
}
