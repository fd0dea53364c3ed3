/** A judgement of a target by something else than its pairs, which would not change it. */
import type { State } from "../observation/vocabulary.ts";
import type { PairJudgement } from "./pair/pair-judgement.ts";

export function plainJudgement(
  state: Extract<State, "invalid" | "insufficient" | "blocked">,
  ...evidence: readonly string[]
): PairJudgement {
  return { state, isSettled: true, wanted: [], mechanisms: [], evidence, ruledOut: [] };
}
