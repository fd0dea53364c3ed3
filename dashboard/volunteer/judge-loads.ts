/**
 * What the loads of one pair come to. The product's judge of one pair of speeds (verdict/speed-pair.ts) decides, over the
 * middle speeds; here only stands what it cannot know: what a browser did not see, and what spoiled a load.
 */
import { bitsPerSecond } from "../../src/base/units.ts";
import type { Observation, Role } from "../../src/observation/observation.ts";
import {
  judgePairedSpeedRow,
  judgeSpeedPair,
  SLOWEST_CONTROL_BPS,
  type SpeedPairJudgement,
} from "../../src/verdict/speed-pair.ts";
import type { Verdict } from "../../src/verdict/verdict.ts";
import type { Course, Load } from "./course.ts";
import type { Spoiled } from "./load.ts";

/** Of each, that say a speed. */
export const LEAST_LOADS = 3;
/** As the probe counts a freeze. */
const SILENT_MS = 10_000;

export type Reason =
  | { readonly kind: "too-few"; readonly have: number; readonly needed: number; readonly end: Course["end"] }
  | { readonly kind: "failed" | "late"; readonly role: "target" | "control" | "both" }
  | { readonly kind: "frozen"; readonly role: Role; readonly bytes: number }
  | { readonly kind: "spoiled"; readonly role: Role; readonly why: Spoiled; readonly detail: string }
  | {
      readonly kind:
        | "slow-for-everything"
        | "control-slow"
        | "below-caps"
        | "between"
        | "contradict"
        | "unseen";
    };

export interface Judged {
  readonly state: "throttled" | "ok" | "insufficient";
  readonly reason?: Reason;
  readonly targetBps?: number;
  readonly controlBps?: number;
  readonly overMatch?: { readonly state: SpeedPairJudgement["state"]; readonly bps?: number };
  /** Without the sentence of the reason, which has a language. */
  readonly verdict: Verdict;
}

export function judgeLoads({ loads, end }: Course, observations: readonly Observation[]): Judged {
  const of = (role: Role): readonly Load[] => loads.filter((load) => load.role === role);
  const [target, control, lookalike] = [of("target"), of("control"), of("lookalike")];
  const [targetBps, controlBps, overBps] = [target, control, lookalike].map((all) => middle(speedsOf(all)));
  const verdict = judgePairedSpeedRow({
    line: 0,
    ...rowPart(observations, "target", targetBps),
    ...rowPart(observations, "control", controlBps),
  });
  const speeds = { ...(targetBps && { targetBps }), ...(controlBps && { controlBps }) };
  const over =
    lookalike.length > 0 && controlBps !== undefined && !lookalike.some(isSpoiled)
      ? { overMatch: { state: judgeSpeedPair(overBps, controlBps).state, ...(overBps && { bps: overBps }) } }
      : {};
  const reason = whyNotSaid(target, control, end) ?? whyOpen(verdict, targetBps, controlBps, target);
  if (reason === undefined)
    return { state: verdict.state as "throttled" | "ok", ...speeds, ...over, verdict };
  const { rate: _, confidence: __, slowness: ___, ...open } = verdict;
  return {
    ...{ state: "insufficient", reason, ...speeds, ...over },
    verdict: { ...open, state: "insufficient", evidence: [], ruledOut: [] },
  };
}

/** bit/s, of loads that say one. */
export function speedOf({ outcome, object }: Load): number | undefined {
  if (outcome.kind === "whole") return bitsPerSecond(object.bytes, outcome.ms * 1000);
  return outcome.kind === "part" && outcome.silentMs < SILENT_MS
    ? bitsPerSecond(outcome.bytes, outcome.ms * 1000)
    : undefined;
}

function speedsOf(loads: readonly Load[]): number[] {
  return loads.flatMap((load) => speedOf(load) ?? []);
}

/** Of an even number the mean of both in the middle. */
function middle(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1]! + sorted[half]!) / 2;
}

function isSpoiled({ outcome }: Load): boolean {
  return outcome.kind === "spoiled";
}

/** Before any speed is looked at. */
function whyNotSaid(
  target: readonly Load[],
  control: readonly Load[],
  end: Course["end"],
): Reason | undefined {
  for (const { role, outcome } of [...target, ...control]) {
    if (outcome.kind === "spoiled")
      return { kind: "spoiled", role, why: outcome.why, detail: outcome.detail };
    if (outcome.kind === "part" && outcome.silentMs >= SILENT_MS)
      return { kind: "frozen", role, bytes: outcome.bytes };
  }
  const have = [target, control].map((all) => speedsOf(all).length);
  if (Math.min(...have) >= LEAST_LOADS) return undefined;
  for (const kind of ["late", "failed"] as const) {
    const is = [target, control].map((all) => all.some(({ outcome }) => outcome.kind === kind));
    if (is[0] || is[1]) return { kind, role: is[0] && is[1] ? "both" : is[0] ? "target" : "control" };
  }
  return { kind: "too-few", have: Math.min(...have), needed: LEAST_LOADS, end };
}

/** The judge's own "insufficient", and what it cannot know. */
function whyOpen(
  { state }: Verdict,
  targetBps = 0,
  controlBps = 0,
  target: readonly Load[] = [],
): Reason | undefined {
  if (state === "insufficient") {
    const isSlow = controlBps < SLOWEST_CONTROL_BPS;
    if (isSlow && targetBps * 2 >= controlBps) return { kind: "slow-for-everything" };
    if (isSlow) return { kind: "control-slow" };
    return {
      kind: judgeSpeedPair(targetBps, controlBps).bayesFactor === undefined ? "below-caps" : "between",
    };
  }
  const each = speedsOf(target).map((bps) => judgeSpeedPair(bps, controlBps).state);
  if (each.includes(state === "ok" ? "throttled" : "ok")) return { kind: "contradict" };
  const isSeen = target.every(({ outcome }) => outcome.kind !== "whole" || outcome.isSeen);
  return state === "ok" && !isSeen ? { kind: "unseen" } : undefined;
}

/** What the judge hears: one transfer at the middle speed. */
function rowPart(
  observations: readonly Observation[],
  role: "target" | "control",
  goodputBps: number | undefined,
): { target?: Observation; control?: Observation } {
  const first = observations.find((one) => one.role === role);
  if (!first) return {};
  const { goodputBps: _, ...rest } = first;
  return { [role]: { ...rest, ...(goodputBps !== undefined && { goodputBps }) } };
}
