/**
 * The single file's part in the place of probe-capture.ts: without native calls nothing is captured, and there are no packets to judge
 * by (scripts/build-single-file.mjs).
 */
import type { PairJudgement } from "../verdict/pair/pair-judgement.ts";

export function judgedByPackets(judgement: PairJudgement): PairJudgement {
  return judgement;
}
