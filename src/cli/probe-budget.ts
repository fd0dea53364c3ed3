/** How the time and the bytes that one target may take are divided between its pairs and what explains them. */

/** However long the look-ups took. */
const LEAST_PAIRS_MS = 2000;
/** Of the bytes, where the rest explains; and what pairs of an ordinary `ok` take with some room. */
const PAIRS_SHARE = 0.4;
const LEAST_PAIRS_BYTES = 12e6;
/** Pairs and what explains them together, where pairs were given no more than the usual time; and for explaining at least. */
const EXPLAINED_MS = 120_000;
const LEAST_EXPLAIN_MS = 60_000;
/** What is under way when the time is over ends by itself. */
const ENDING_MS = 5000;

export function pairsTime(leftMs: number, budgetMs: number): number {
  return Math.max(Math.min(budgetMs, LEAST_PAIRS_MS), leftMs);
}

/** What pairs may spend of a budget that is to explain as well. */
export function pairsBudget(bytes: number): number {
  return Math.max(PAIRS_SHARE * bytes, Math.min(bytes, LEAST_PAIRS_BYTES));
}

export function explainTime(spentMs: number): number {
  return Math.max(LEAST_EXPLAIN_MS, EXPLAINED_MS - spentMs) - ENDING_MS;
}

/** The longest that a target with --explain may take. */
export function explainedSeconds(budgetSeconds: number): number {
  return Math.max(EXPLAINED_MS, 1000 * budgetSeconds + LEAST_EXPLAIN_MS) / 1000;
}

/** After the longest wait the transfers themselves. */
const AFTER_WAIT_SECONDS = 20;

/** Of --patient, with what comes after its longest wait. */
export function waitsSeconds(patientSeconds: number): number {
  return patientSeconds + AFTER_WAIT_SECONDS;
}
