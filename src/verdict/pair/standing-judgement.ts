/**
 * Judges pairs as they end, and lets `throttled` stand: a test that stops looks at nothing that comes later. Where only other
 * directions are still asked for, what runs beside them is slower for it, and no flow of the pairs that were decided counts any more.
 */
import type { Observation } from "../../observation/observation.ts";
import { judgePairs, type PairPlan } from "./judge-pairs.ts";
import type { PairJudgement } from "./pair-judgement.ts";

export class StandingJudgement {
  readonly #plan: PairPlan;
  #stands: { readonly of: number; readonly judgement: PairJudgement } | undefined;

  constructor(plan: PairPlan) {
    this.#plan = plan;
  }

  /** `observations`: all so far, in the order in which they ended; each time those of before, and more. */
  judge(observations: readonly Observation[]): PairJudgement {
    const judgement = judgePairs(this.#counting(observations), this.#plan);
    // What becomes of the other direction takes nothing back.
    if (this.#stands && judgement.state !== "throttled")
      return { ...this.#stands.judgement, isSettled: true, wanted: [] };
    if (judgement.state === "throttled" && !judgement.isSettled)
      this.#stands ??= { of: observations.length, judgement };
    return judgement;
  }

  /** Those that it was decided on, and of those that came later what was still asked for. */
  #counting(observations: readonly Observation[]): readonly Observation[] {
    if (!this.#stands) return observations;
    const { of, judgement } = this.#stands;
    const isAsked = ({ comparison, direction = "down" }: Observation): boolean =>
      judgement.wanted.some((one) => one.comparison === comparison && one.direction === direction);
    return observations.filter((one, index) => index < of || isAsked(one));
  }
}
