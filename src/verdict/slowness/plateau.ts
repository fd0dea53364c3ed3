/**
 * Looks for a shaper: while packets wait in its queue, delivery runs at its rate, whatever the sender does.
 * Delivery of all transfers of a path is cut into windows of WINDOW_PACKETS; those during which the delay was raised
 * throughout tell the rate (policing notes, step 10). Rates in bit/s on the wire, times in µs.
 */
import { median, quantileOfSorted } from "../../stats/quantile.ts";
import type { Transfer } from "../../transfer/transfer.ts";
import { LOST, roundTripUs } from "../../transfer/transfer.ts";
import type { Selection, Traffic } from "./traffic.ts";

const WINDOW_PACKETS = 40;
const MIN_WINDOWS = 6;
/** Share of a window's delay samples that must be raised. */
const RAISED_SHARE = 0.9;
/** A delay is raised when it exceeds the base by this much. */
const RAISED_US = 4000;
const RAISED_OF_BASE = 0.04;
/** A queue that holds packets never idles: between windows too, delivery runs at nearly the rate within them. */
const BUSY_SHARE = 0.8;

export interface Plateau {
  /** Windows with raised delay, and all windows. */
  readonly windows: number;
  readonly allWindows: number;
  /** Share of delay samples that are raised. */
  readonly raisedShare: number;
  readonly rateBps: number;
  readonly rateLowBps: number;
  readonly rateHighBps: number;
  /** Rate over runs of neighbouring raised windows, the time between them included; NaN without such runs. */
  readonly runRateBps: number;
  /** Interquartile range of the windows' rates over their median. */
  readonly spread: number;
  /** Median and 95th percentile of the raised delay above the base. */
  readonly queueUs: number;
  readonly longestQueueUs: number;
  readonly baseUs: number;
}

interface Arrival {
  readonly timeUs: number;
  readonly wireBytes: number;
  readonly delayUs: number;
}

export function findPlateau({ selections, overheadBytes }: Traffic): Plateau | undefined {
  const arrivals = arrivalsOf(selections, overheadBytes);
  const delays = arrivals.map((arrival) => arrival.delayUs).filter((delay) => !Number.isNaN(delay));
  if (delays.length < MIN_WINDOWS || arrivals.length < WINDOW_PACKETS) return undefined;
  const sorted = Float64Array.from(delays).sort();
  const floors = selections.map(({ transfer }) => floorOf(transfer)).filter((floor) => !Number.isNaN(floor));
  const baseUs = Math.min(sorted[0]!, ...floors);
  const raisedUs = baseUs + Math.max(RAISED_US, RAISED_OF_BASE * baseUs);
  const raised = sorted.filter((delay) => delay > raisedUs);
  const rates: number[] = [];
  const runs = new RaisedRuns();
  let allWindows = 0;
  for (let from = 0; from + WINDOW_PACKETS < arrivals.length; from += WINDOW_PACKETS) {
    allWindows++;
    const rate = windowRate(arrivals, from, from + WINDOW_PACKETS, raisedUs);
    if (rate !== undefined) rates.push(rate);
    runs.add(arrivals, from, from + WINDOW_PACKETS, rate !== undefined);
  }
  const sortedRates = Float64Array.from(rates).sort();
  const enough = sortedRates.length > 0;
  const rateBps = enough ? quantileOfSorted(sortedRates, 0.5) : Number.NaN;
  const half = enough
    ? (quantileOfSorted(sortedRates, 0.75) - quantileOfSorted(sortedRates, 0.25)) / 2
    : Number.NaN;
  // Standard error of a median: 1.25 sigma / sqrt(n), sigma from the interquartile range; 95 %.
  const margin = enough ? (1.96 * 1.2533 * (half / 0.6745)) / Math.sqrt(sortedRates.length) : Number.NaN;
  return {
    windows: rates.length,
    allWindows,
    raisedShare: raised.length / sorted.length,
    rateBps,
    rateLowBps: rateBps - margin,
    rateHighBps: rateBps + margin,
    spread: enough ? (2 * half) / rateBps : Number.NaN,
    runRateBps: runs.rateBps(),
    queueUs: raised.length > 0 ? median(raised) - baseUs : 0,
    longestQueueUs: quantileOfSorted(sorted, 0.95) - baseUs,
    baseUs,
  };
}

/** Whether there are enough windows to speak of a rate, and a queue that never idled between them. */
export function hasPlateau(plateau: Plateau): boolean {
  return plateau.windows >= MIN_WINDOWS && plateau.runRateBps >= BUSY_SHARE * plateau.rateBps;
}

/** Sums over runs of at least two neighbouring windows with raised delay. */
class RaisedRuns {
  #startUs = Number.NaN;
  #endUs = 0;
  #bytes = 0;
  #windows = 0;
  #sumUs = 0;
  #sumBytes = 0;

  add(arrivals: readonly Arrival[], from: number, to: number, raised: boolean): void {
    if (!raised) {
      this.#close();
      return;
    }
    if (this.#windows === 0) this.#startUs = arrivals[from]!.timeUs;
    for (let i = from; i < to; i++) if (this.#windows > 0 || i > from) this.#bytes += arrivals[i]!.wireBytes;
    this.#endUs = arrivals[to - 1]!.timeUs;
    this.#windows++;
  }

  rateBps(): number {
    this.#close();
    return this.#sumUs > 0 ? (this.#sumBytes * 8e6) / this.#sumUs : Number.NaN;
  }

  #close(): void {
    if (this.#windows >= 2) {
      this.#sumUs += this.#endUs - this.#startUs;
      this.#sumBytes += this.#bytes;
    }
    this.#windows = 0;
    this.#bytes = 0;
  }
}

/** The smallest round trip that the handshake or the data showed. */
function floorOf(transfer: Transfer): number {
  return transfer.place === "receiver" ? roundTripUs(transfer) : transfer.downstreamRttUs;
}

/** When packets left the bottleneck, but for a constant: at their acknowledgement, or where they were seen. */
function arrivalsOf(selections: readonly Selection[], overheadBytes: number): Arrival[] {
  const arrivals: Arrival[] = [];
  for (const { transfer, from, to } of selections) {
    const { rows } = transfer;
    const atReceiver = transfer.place === "receiver";
    const base = atReceiver ? roundTripUs(transfer) : 0;
    let pending = 0;
    for (let row = from; row < to; row++) {
      if (rows.outcome[row] === LOST) continue;
      pending += rows.ipBytes[row]! + overheadBytes;
      const delayUs = rows.delayUs[row]! + base;
      if (atReceiver) {
        arrivals.push({ timeUs: rows.timeUs[row]!, wireBytes: pending, delayUs });
        pending = 0;
      } else if (!Number.isNaN(delayUs)) {
        arrivals.push({ timeUs: rows.timeUs[row]! + delayUs, wireBytes: pending, delayUs });
        pending = 0;
      }
    }
  }
  return arrivals.sort((a, b) => a.timeUs - b.timeUs);
}

/** Rate between the first and the last arrival of a window, if the queue never emptied in it. */
function windowRate(
  arrivals: readonly Arrival[],
  from: number,
  to: number,
  raisedUs: number,
): number | undefined {
  let samples = 0;
  let raised = 0;
  let bytes = 0;
  for (let i = from; i < to; i++) {
    const { delayUs } = arrivals[i]!;
    if (i > from) bytes += arrivals[i]!.wireBytes;
    if (Number.isNaN(delayUs)) continue;
    samples++;
    if (delayUs > raisedUs) raised++;
  }
  const spanUs = arrivals[to - 1]!.timeUs - arrivals[from]!.timeUs;
  if (samples === 0 || raised / samples < RAISED_SHARE || spanUs <= 0) return undefined;
  return (bytes * 8e6) / spanUs;
}
