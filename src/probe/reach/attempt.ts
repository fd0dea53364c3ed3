/** One reach on its way: what was asked for, the clock it runs by, and the steps so far. */
import type { Deadline } from "./deadline.ts";
import type { ReachEffects } from "./effects.ts";
import type { ReachOptions, ReachStep, ReachTarget } from "./reach-record.ts";

export const HTTP_PORT = 80;
export const HTTPS_PORT = 443;

export interface Attempt {
  readonly target: ReachTarget;
  readonly port: number;
  readonly isPlain: boolean;
  readonly options: ReachOptions;
  readonly effects: ReachEffects;
  readonly deadline: Deadline;
  readonly steps: ReachStep[];
}

export function schemeOf(target: ReachTarget): "http" | "https" {
  return target.scheme ?? (target.port === HTTP_PORT ? "http" : "https");
}
