/** A case that was measured, and the questions that the bench's tables ask of it. */
import type { ProbeLine } from "./measure-case.ts";
import type { ProbeTruth } from "./probe-cases.ts";
import type { ProbeKind } from "./probe-kinds.ts";

/** A case that could not be carried out has no verdict: its words say why. */
export interface ProbeResult extends ProbeLine {
  readonly seed: number;
  readonly number: number;
  readonly kind: ProbeKind;
  readonly hasControlServer: boolean;
  readonly explains: boolean;
  /** Of the code that measured and judged. */
  readonly code: string;
  readonly backend: string;
  readonly truth: ProbeTruth;
}

export const NOTHING = "nothing";
export const STATES = ["ok", "throttled", "blocked", "down", "insufficient", "invalid", NOTHING];
const UNDECIDED = new Set(["insufficient", "invalid", NOTHING]);
/** Rates that were drawn before faster ones were. */
const FAST_BPS = 1e6;

export function stateOf({ verdict }: ProbeResult): string {
  return String(verdict?.["state"] ?? NOTHING);
}

export function isDecided(one: ProbeResult): boolean {
  return !UNDECIDED.has(stateOf(one));
}

export function isFound(one: ProbeResult): boolean {
  return stateOf(one) === "throttled";
}

export function isCutOff(one: ProbeResult): boolean {
  return stateOf(one) === "blocked" || stateOf(one) === "down";
}

/** Held to a rate that few lines are slower than. */
export function isFastHeld({ truth }: ProbeResult): boolean {
  return truth.rateBps !== undefined && truth.rateBps > FAST_BPS;
}

export function throttled(all: readonly ProbeResult[]): ProbeResult[] {
  return all.filter(({ truth }) => truth.state === "throttled");
}

export function negatives(all: readonly ProbeResult[]): ProbeResult[] {
  return all.filter(({ truth }) => truth.state === "ok" || truth.state === "down");
}
