/**
 * Over-match: is a control whose name resembles the target's slowed as well? Lookalike K against control C, in three steps:
 * window by window (a UTC day of 20 rows and more) whether K is far below C more often than C below K, one-sided binomial,
 * Holm over the windows; whether K as a whole shows a cap; and how many affected rows have K at the cap too, with an upper
 * 95 % bound: more of them than the rule calls throttled by mistake is an over-match as well. It never says "none", only "no
 * over-match seen, at most x %". Crowd notes, "Collateral control".
 */
import type { Random } from "../../base/random.ts";
import { jeffreysInterval } from "../../stats/beta.ts";
import { binomialUpperTail } from "../../stats/binomial.ts";
import { holmAdjusted } from "../../stats/holm.ts";
import { falsePositivesOf, judgePairBy } from "./false-positives.ts";
import { type CapJudgement, judgeCap } from "./network-cap.ts";
import { DAY_S, lookalikePairs, type SpeedRow, type TestedPair } from "./speed-row.ts";

const LEAST_WINDOW_ROWS = 20;
const FAR_BELOW = 0.2;
const ALARM_LEVEL = 0.05;
/** Where too few controls are there to tell: several times what either rule does on the crowd's data. */
const MOST_MISTAKES = 0.02;
/** The upper end of a two-sided 90 % interval is a one-sided 95 % bound. */
const TWO_SIDED_LEVEL = 0.9;

export interface CollateralWindow {
  /** Seconds since 1970: [fromS, fromS + one day). */
  readonly fromS: number;
  readonly rows: number;
  /** Rows with K/C < 0.2, and with C/K < 0.2. */
  readonly lookalikeBelow: number;
  readonly controlBelow: number;
  /** Holm-corrected. */
  readonly pValue: number;
  readonly alarm: boolean;
}

export interface Collateral {
  readonly state: "over-match" | "none-seen" | "insufficient";
  /** In words, with the counts: "no over-match seen, at most 0.1 % of 11,000 affected rows". */
  readonly because: string;
  readonly windows: readonly CollateralWindow[];
  readonly lookalikeCap: CapJudgement;
  /** Rows whose target is throttled and whose lookalike was measured; those whose lookalike is throttled too. */
  readonly affectedRows: number;
  readonly lookalikeThrottled: number;
  /** Upper 95 % bound of their share; absent without affected rows. */
  readonly atMost?: number;
}

/** `capBps`: of the network or country, where known; otherwise pairs are judged by Bayes factor. */
export function collateralOf(
  rows: readonly SpeedRow[],
  capBps: number | undefined,
  random: Random,
): Collateral {
  const pairs = lookalikePairs(rows);
  const windows = windowsOf(pairs);
  const lookalikeCap = judgeCap(pairs, random);
  let affectedRows = 0;
  let lookalikeThrottled = 0;
  for (const { targetBps, controlBps, lookalikeBps } of rows) {
    if (lookalikeBps === undefined || judgePairBy(capBps, targetBps, controlBps) !== "throttled") continue;
    affectedRows++;
    if (judgePairBy(capBps, lookalikeBps, controlBps) === "throttled") lookalikeThrottled++;
  }
  const atMost = affectedRows > 0 ? upperBound(lookalikeThrottled, affectedRows) : undefined;
  const facts = {
    windows,
    lookalikeCap,
    affectedRows,
    lookalikeThrottled,
    ...(atMost !== undefined && { atMost }),
  };
  const alarms = windows.filter(({ alarm }) => alarm).length;
  const isExcess =
    binomialUpperTail(lookalikeThrottled, affectedRows, mistakeShare(rows, capBps)) < ALARM_LEVEL;
  if (alarms > 0 || lookalikeCap.state === "capped" || isExcess) {
    const because = [
      ...(isExcess ? [`throttled in ${lookalikeThrottled} of ${affectedRows} affected rows`] : []),
      ...(alarms > 0 ? [`slowed beyond chance on ${alarms} of ${windows.length} days`] : []),
      ...(lookalikeCap.state === "capped"
        ? [`held to a rate of its own in ${lookalikeCap.clusterRows} rows`]
        : []),
    ].join("; ");
    return { state: "over-match", because: `the lookalike is ${because}`, ...facts };
  }
  if (windows.length === 0 || atMost === undefined) {
    const because = `cannot tell: ${windows.length} days with ${LEAST_WINDOW_ROWS} rows, ${affectedRows} affected rows`;
    return { state: "insufficient", because, ...facts };
  }
  const because = `no over-match seen, at most ${(100 * atMost).toPrecision(2)} % of ${affectedRows} affected rows`;
  return { state: "none-seen", because, ...facts };
}

/** Upper end of what the rule calls throttled of a control that no name rule can hit. */
function mistakeShare(rows: readonly SpeedRow[], capBps: number | undefined): number {
  const { interval } = falsePositivesOf(rows, capBps).control;
  return Math.min(MOST_MISTAKES, interval?.high ?? MOST_MISTAKES);
}

function upperBound(count: number, of: number): number {
  return jeffreysInterval(count, of, TWO_SIDED_LEVEL).high;
}

function windowsOf(pairs: readonly TestedPair[]): CollateralWindow[] {
  const days = new Map<number, { rows: number; lookalikeBelow: number; controlBelow: number }>();
  for (const { timeS, testedBps, controlBps } of pairs) {
    const day = Math.floor(timeS / DAY_S);
    const counts = days.get(day) ?? { rows: 0, lookalikeBelow: 0, controlBelow: 0 };
    counts.rows++;
    if (testedBps < FAR_BELOW * controlBps) counts.lookalikeBelow++;
    if (controlBps < FAR_BELOW * testedBps) counts.controlBelow++;
    days.set(day, counts);
  }
  const windows = [...days].filter(([, { rows }]) => rows >= LEAST_WINDOW_ROWS).sort(([a], [b]) => a - b);
  const pValues = holmAdjusted(
    windows.map(([, { lookalikeBelow, controlBelow }]) =>
      binomialUpperTail(lookalikeBelow, lookalikeBelow + controlBelow, 0.5),
    ),
  );
  return windows.map(([day, counts], i) => ({
    fromS: day * DAY_S,
    ...counts,
    pValue: pValues[i]!,
    alarm: pValues[i]! < ALARM_LEVEL,
  }));
}
