/**
 * How often the rule in use calls a control throttled beside another control (A/A): the rate of false positives that
 * stands beside every claim. In both directions, since the two controls differ in place and load. "Unaffected" users are
 * no ground truth for it: some of them come through a throttled network. Crowd notes, "About the data".
 * A lookalike that is itself slowed shows as an excess in one direction: see collateral.ts.
 */
import { jeffreysInterval } from "../../stats/beta.ts";
import { judgeSpeedPair } from "../speed-pair.ts";
import { judgeWithCap, type PairState } from "./known-cap.ts";
import type { SpeedRow } from "./speed-row.ts";

export interface Rate {
  readonly count: number;
  readonly of: number;
  /** Absent where there was nothing to count. */
  readonly rate?: number;
  /** 95 %, Jeffreys'. */
  readonly interval?: { readonly low: number; readonly high: number };
}

export interface FalsePositives {
  readonly rule: "bayes-factor" | "known-cap";
  /** The lookalike was called throttled beside the control. */
  readonly lookalike: Rate;
  /** The control was called throttled beside the lookalike. */
  readonly control: Rate;
}

/** The rule in use: with the cap where one is known, by Bayes factor otherwise. Speeds and cap in bit/s. */
export function judgePairBy(
  capBps: number | undefined,
  testedBps: number | undefined,
  controlBps: number | undefined,
): PairState {
  return capBps === undefined
    ? judgeSpeedPair(testedBps, controlBps).state
    : judgeWithCap(testedBps, controlBps, capBps);
}

export function falsePositivesOf(rows: readonly SpeedRow[], capBps?: number): FalsePositives {
  let pairs = 0;
  let lookalike = 0;
  let control = 0;
  for (const { controlBps, lookalikeBps } of rows) {
    if (controlBps === undefined || lookalikeBps === undefined) continue;
    pairs++;
    if (judgePairBy(capBps, lookalikeBps, controlBps) === "throttled") lookalike++;
    if (judgePairBy(capBps, controlBps, lookalikeBps) === "throttled") control++;
  }
  return {
    rule: capBps === undefined ? "bayes-factor" : "known-cap",
    lookalike: rateOf(lookalike, pairs),
    control: rateOf(control, pairs),
  };
}

export function rateOf(count: number, of: number): Rate {
  return of === 0 ? { count, of } : { count, of, rate: count / of, interval: jeffreysInterval(count, of) };
}
