/**
 * Judges one pair of speeds, target T against control C, when no rate is expected.
 * Bayes factor BF = p1/p0 on z = ln(T/C): p0 Student's t(2, 0.25, 0.45), how unthrottled pairs scatter;
 * p1 = 1/ln(C/10) for 10 kbit/s <= T < C, any cap below the control being as likely as any other.
 * Thresholds and p0 are fitted on the crowd's pairs of 2021: docs/method.md, "Paired speeds".
 * One pair says nothing of how the target is slowed, where, or by what trigger.
 */
import { formatRate } from "../base/units.ts";
import type { PairedSpeedRow } from "../observation/paired-speed.ts";
import { type StudentShape, studentLogDensity } from "../stats/student.ts";
import { CONFIDENCE_OF_GRADE } from "./finding.ts";
import { METHOD_VERSION } from "./method-version.ts";
import type { Verdict } from "./verdict.ts";

/** ln(T/C) of pairs that nothing throttles. Fitted on control against control and on unaffected networks. */
export const UNTHROTTLED_LOG_RATIO: StudentShape = { degrees: 2, location: 0.25, scale: 0.45 };
/**
 * Medians of several pairs of one place within an hour scatter less, where both are one server's: docs/method.md, "Paired
 * speeds", says how often control against control of the crowd's data exceeds a factor of 20 then, and of how many groups.
 */
const SCALE_OF_MEDIANS = [
  { pairs: 5, scale: 0.2 },
  { pairs: 3, scale: 0.35 },
] as const;
/** Slowest cap that is considered. */
export const SLOWEST_CAP_BPS = 10_000;
/** Below it the control is itself too slow to show a cap. */
export const SLOWEST_CONTROL_BPS = 400_000;
/** Control against control then says throttled in 0.15 and 0.23 % of pairs. */
export const THROTTLED_BAYES_FACTOR = 20;
export const OK_BAYES_FACTOR = 1;
/** "Positive" from here: Kass and Raftery, as below. */
export const POSITIVE_BAYES_FACTOR = 3;
/** "Very strong" from here: Kass and Raftery, "Bayes Factors", JASA 90 (1995). */
export const STRONG_BAYES_FACTOR = 150;

export type SpeedPairJudgement =
  | { readonly state: "throttled" | "ok"; readonly bayesFactor: number }
  | { readonly state: "insufficient"; readonly because: string; readonly bayesFactor?: number };

/** Speeds in bit/s, of one pair or the medians of `pairs`; absent, not finite, zero and negative speeds are insufficient. */
export function judgeSpeedPair(targetBps?: number, controlBps?: number, pairs = 1): SpeedPairJudgement {
  const insufficient = (because: string): SpeedPairJudgement => ({ state: "insufficient", because });
  if (targetBps === undefined) return insufficient("the target's speed was not measured");
  if (controlBps === undefined) return insufficient("the control's speed was not measured");
  if (!(Number.isFinite(targetBps) && targetBps > 0))
    return insufficient("the target's speed is not above zero");
  if (!(Number.isFinite(controlBps) && controlBps > 0)) {
    return insufficient("the control's speed is not above zero");
  }
  if (controlBps < SLOWEST_CONTROL_BPS) {
    return insufficient(
      `the control itself reached ${formatRate(controlBps)}, below ${formatRate(SLOWEST_CONTROL_BPS)}`,
    );
  }
  // The rule alone would call it ok, since p1 is zero there.
  if (targetBps < SLOWEST_CAP_BPS) {
    return insufficient(
      `the target reached ${formatRate(targetBps)}, below every cap considered (${formatRate(SLOWEST_CAP_BPS)})`,
    );
  }
  const bayesFactor = speedPairBayesFactor(targetBps, controlBps, pairs);
  if (bayesFactor >= THROTTLED_BAYES_FACTOR) return { state: "throttled", bayesFactor };
  if (bayesFactor <= OK_BAYES_FACTOR) return { state: "ok", bayesFactor };
  return {
    state: "insufficient",
    because: `a Bayes factor of ${bayesFactor.toFixed(1)} lies between ${OK_BAYES_FACTOR} and ${THROTTLED_BAYES_FACTOR}`,
    bayesFactor,
  };
}

/** p1/p0 for speeds above zero; `pairs`: of how many, taken within the hour, these are the medians. */
export function speedPairBayesFactor(targetBps: number, controlBps: number, pairs = 1): number {
  if (targetBps < SLOWEST_CAP_BPS || targetBps >= controlBps) return 0;
  const capped = 1 / Math.log(controlBps / SLOWEST_CAP_BPS);
  const { scale } = SCALE_OF_MEDIANS.find((known) => pairs >= known.pairs) ?? UNTHROTTLED_LOG_RATIO;
  return (
    capped /
    Math.exp(studentLogDensity(Math.log(targetBps / controlBps), { ...UNTHROTTLED_LOG_RATIO, scale }))
  );
}

export function judgePairedSpeedRow({ target, control, lookalike }: PairedSpeedRow): Verdict {
  const judgement = judgeSpeedPair(target?.goodputBps, control?.goodputBps);
  const who = target ?? control ?? lookalike;
  const evidence: string[] = [];
  for (const transfer of [target, control]) {
    if (transfer?.goodputBps === undefined) continue;
    evidence.push(`${transfer.target ?? transfer.role} at ${formatRate(transfer.goodputBps)}`);
  }
  if (judgement.state === "insufficient") evidence.push(judgement.because);
  else
    evidence.push(`Bayes factor ${judgement.bayesFactor.toPrecision(3)} for a cap against an ordinary pair`);
  return {
    measurementId: who?.measurementId ?? "unknown",
    ...(who?.time !== undefined && { time: who.time }),
    ...(who?.asn !== undefined && { asn: who.asn }),
    ...(who?.networkName !== undefined && { networkName: who.networkName }),
    ...(who?.prefix !== undefined && { prefix: who.prefix }),
    ...(who?.accessKind !== undefined && { accessKind: who.accessKind }),
    ...(who?.country !== undefined && { country: who.country }),
    ...(target?.target !== undefined && { target: target.target }),
    state: judgement.state,
    ...(judgement.state === "throttled" && { slowness: "undecided" as const }),
    mechanisms: [],
    ...(judgement.state === "throttled" &&
      target?.goodputBps !== undefined && { rate: { rateBps: target.goodputBps } }),
    ...confidenceOf(judgement),
    evidence,
    ruledOut: ruledOutBy(judgement, control?.goodputBps),
    methodVersion: METHOD_VERSION,
    origin: who?.origin ?? "imported",
  };
}

/** One pair never earns "high". */
function confidenceOf(judgement: SpeedPairJudgement): Pick<Verdict, "confidence"> {
  if (judgement.state === "insufficient") return {};
  const strong =
    judgement.state === "throttled"
      ? judgement.bayesFactor >= STRONG_BAYES_FACTOR
      : judgement.bayesFactor <= 1 / THROTTLED_BAYES_FACTOR;
  return { confidence: CONFIDENCE_OF_GRADE[strong ? "medium" : "low"] };
}

function ruledOutBy(judgement: SpeedPairJudgement, controlBps: number | undefined): Verdict["ruledOut"] {
  if (judgement.state !== "throttled" || controlBps === undefined) return [];
  return [
    {
      explanation: "the connection is slow for everything",
      because: `the control reached ${formatRate(controlBps)} over the same connection`,
    },
  ];
}
