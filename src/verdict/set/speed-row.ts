/**
 * One measurement of paired speeds as the judges of sets take it: who, when, and up to three goodputs.
 * Plain numbers, so that a year of a crowd's rows can be judged in seconds. Absent is not measured.
 */
import type { PairedSpeedRow } from "../../observation/paired-speed.ts";

export interface SpeedRow {
  /** Seconds since 1970, UTC; a source may have rounded it (the crowd's: to 5 minutes). */
  readonly timeS: number;
  readonly asn: number;
  readonly country?: string;
  readonly networkName?: string;
  /** Part of the network that the address lies in: one vote per place and 6 h. Rows without one share one place. */
  readonly place?: string;
  /** Goodput in bit/s. */
  readonly targetBps?: number;
  readonly controlBps?: number;
  /** Of a control whose name resembles the target's. */
  readonly lookalikeBps?: number;
}

/** A pair of speeds of one row: what is tested, and what it is held against. */
export interface TestedPair {
  readonly timeS: number;
  readonly place: string;
  /** Both > 0, bit/s. */
  readonly testedBps: number;
  readonly controlBps: number;
}

export const UNKNOWN_PLACE = "unknown";
export const DAY_S = 86_400;

/**
 * The row of a reader's record.
 * Undefined without time or network: such a row can be put in no set.
 */
export function speedRowOf(record: PairedSpeedRow): SpeedRow | undefined {
  const who = record.target ?? record.control ?? record.lookalike;
  if (who?.time === undefined || who.asn === undefined) return undefined;
  const { target, control, lookalike, place = who.prefix } = record;
  return {
    timeS: Date.parse(who.time) / 1000,
    asn: who.asn,
    ...(who.country !== undefined && { country: who.country }),
    ...(who.networkName !== undefined && { networkName: who.networkName }),
    ...(place !== undefined && { place }),
    ...(target?.goodputBps !== undefined && { targetBps: target.goodputBps }),
    ...(control?.goodputBps !== undefined && { controlBps: control.goodputBps }),
    ...(lookalike?.goodputBps !== undefined && { lookalikeBps: lookalike.goodputBps }),
  };
}

/** Target against control. */
export function targetPairs(rows: readonly SpeedRow[]): TestedPair[] {
  return testedPairs(rows, "targetBps");
}

/** Lookalike against control. */
export function lookalikePairs(rows: readonly SpeedRow[]): TestedPair[] {
  return testedPairs(rows, "lookalikeBps");
}

function testedPairs(rows: readonly SpeedRow[], tested: "targetBps" | "lookalikeBps"): TestedPair[] {
  const pairs: TestedPair[] = [];
  for (const row of rows) {
    const { timeS, place = UNKNOWN_PLACE, controlBps } = row;
    const testedBps = row[tested];
    if (testedBps === undefined || controlBps === undefined || !(testedBps > 0 && controlBps > 0)) continue;
    pairs.push({ timeS, place, testedBps, controlBps });
  }
  return pairs;
}
