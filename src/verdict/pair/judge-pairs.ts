/**
 * Judges one target by pairs of transfers. Only a control server, where both names meet the same machine, way and bytes,
 * proves that the name is the trigger; without one `throttled` needs a rate limit in the flows themselves and a Bayes
 * factor (of ordinary speeds, or of the bet on the pairs), is called unpaired, and its confidence ends at 0.8. docs/method.md, "Pairs".
 */
import type { Comparison, Observation, TransferDirection } from "../../observation/observation.ts";
import { type Compared, compareFlows } from "./compare-flows.ts";
import { judgeByAddress } from "./judge-by-address.ts";
import { judgeByServer } from "./judge-by-server.ts";
import type { PairJudgement } from "./pair-judgement.ts";

/** What the course of a measurement can do. */
export interface PairPlan {
  readonly hasControlServer: boolean;
  /** How many control sites can be reached by name. */
  readonly sites: number;
  readonly directions: readonly TransferDirection[];
}

export function judgePairs(observations: readonly Observation[], plan: PairPlan): PairJudgement {
  const compare = (comparison: Comparison, direction: TransferDirection = "down"): Compared =>
    compareFlows(observations, comparison, direction);
  const own = compare("same-address");
  const site = compare("site");
  if (plan.hasControlServer) {
    const down = compare("control-server");
    if (down.word !== "control-fails") {
      return judgeByServer(down, compare("control-server", "up"), own, site, plan);
    }
    const { ifLimited, ...rest } = judgeByAddress(own, site, plan);
    const why = unusableServer(down);
    return { ...withSecond(rest, why), ...(ifLimited ? { ifLimited: withSecond(ifLimited, why) } : {}) };
  }
  return judgeByAddress(own, site, plan);
}

/** What was found comes first. */
export function withSecond(judgement: PairJudgement, sentence: string): PairJudgement {
  const [first = "", ...others] = judgement.evidence;
  return { ...judgement, evidence: [first, sentence, ...others] };
}

function unusableServer({ controls }: Compared): string {
  const failures = controls.flatMap(({ observation }) => observation.failure ?? []);
  const how = failures.length > 0 ? ` (${[...new Set(failures)].join(", ")})` : "";
  return `the control server could not be used${how}: the target's own address was looked at instead`;
}
