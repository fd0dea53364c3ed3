/**
 * Judges pairs of plain HTTP requests to a control server, the target's name in one's Host and a neutral one in the other's: for
 * names that TLS may carry and clear text may not. By the same words and numbers as over TLS (compare-flows.ts).
 */
import { counted } from "../../base/units.ts";
import type { Observation } from "../../observation/observation.ts";
import { compareFlows } from "./compare-flows.ts";
import type { PairJudgement } from "./pair-judgement.ts";
import { isSlow, slowJudgement } from "./slow-judgement.ts";
import { LEAST_PAIRS } from "./thresholds.ts";
import { want } from "./wanted-pairs.ts";

export interface HostJudgement extends Pick<PairJudgement, "isSettled" | "wanted"> {
  /** Absent: the name in Host makes no difference, or none that could be told. */
  readonly judgement?: PairJudgement;
  /** For people. */
  readonly sentence: string;
}

export function judgeHost(observations: readonly Observation[]): HostJudgement {
  const seen = compareFlows(observations, "control-server", "down", "http");
  const settled = { isSettled: true, wanted: [] };
  if (isSlow(seen)) {
    const sentence = "over TLS the name makes no difference; in a plain HTTP request's Host it does";
    const judged = slowJudgement(seen, [seen], "host");
    return { ...settled, judgement: { ...judged, evidence: [sentence, ...judged.evidence] }, sentence };
  }
  const count = counted(seen.pairs, "pair");
  if (seen.word === "alike") {
    const sentence = `plain HTTP with the name as Host: below half of its control in ${seen.slower} of ${count}`;
    return { ...settled, sentence };
  }
  const sentence = `plain HTTP with the name as Host: could not be told (${count})`;
  if (seen.word !== "open") return { ...settled, sentence };
  return { isSettled: false, wanted: [want(seen, LEAST_PAIRS)], sentence };
}
