/**
 * Where among all delays losses come. Losses within one round trip of the first are one loss event (RFC 5348, section 5.2): a
 * sender that starts into a full queue loses dozens at once, and says as much by it as by one.
 */
import { median, rankOf } from "../../stats/quantile.ts";
import { roundTripUs } from "../../transfer/transfer.ts";
import { DROPPED, type Traffic } from "./traffic.ts";

/** The delay before a loss is that of the nearest earlier sample, if it is at most this old (delay-signs.ts). */
const SAMPLE_AGE_US = 500_000;
/** Stands in for a round trip that the capture does not show. */
const USUAL_RTT_US = 50_000;

export interface LossEvents {
  readonly packets: number;
  /** Events with a delay shortly before. */
  readonly events: number;
  /** Median rank of the delays before events among all delays, 0 to 1: one half where losses have nothing to do with delay. */
  readonly rank: number;
}

export function lossEventsOf({ count, delayUs, timeUs, outcome, transfer, selections }: Traffic): LossEvents {
  const roundUs = selections.map((one) => roundTripUs(one.transfer) || USUAL_RTT_US);
  const eventUs = selections.map(() => Number.NEGATIVE_INFINITY);
  const before: number[] = [];
  let lastDelay = Number.NaN;
  let lastUs = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    if (outcome[i] !== DROPPED) {
      if (Number.isNaN(delayUs[i]!)) continue;
      lastDelay = delayUs[i]!;
      lastUs = timeUs[i]!;
      continue;
    }
    const flow = transfer[i]!;
    if (timeUs[i]! - eventUs[flow]! <= roundUs[flow]!) continue;
    eventUs[flow] = timeUs[i]!;
    if (timeUs[i]! - lastUs < SAMPLE_AGE_US) before.push(lastDelay);
  }
  const delays = delayUs
    .slice(0, count)
    .filter((delay) => !Number.isNaN(delay))
    .sort();
  return {
    packets: count,
    events: before.length,
    rank: before.length > 0 ? rankOf(delays, median(before)) : Number.NaN,
  };
}
