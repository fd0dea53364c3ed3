/**
 * One step of a cumulative sum on yes/no outcomes whose shares before and after a change are given for each outcome, so
 * that outcomes of strata with different shares add up to one statistic.
 * E. S. Page, "Continuous Inspection Schemes", Biometrika 41 (1954); log likelihood ratios, after Lorden (1971).
 */

/** ln P(outcome | after) - ln P(outcome | before), held to [-clip, clip] so that no single outcome decides. */
export function clippedLogRatio(outcome: boolean, before: number, after: number, clip: number): number {
  const ratio = outcome ? Math.log(after / before) : Math.log1p(-after) - Math.log1p(-before);
  return Math.max(-clip, Math.min(clip, ratio));
}

/** The statistic after one more log likelihood ratio: it never falls below zero. */
export function cusumStep(sum: number, logRatio: number): number {
  return Math.max(0, sum + logRatio);
}
