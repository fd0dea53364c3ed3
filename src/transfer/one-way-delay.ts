/**
 * One-way delay above its minimum, from TCP timestamps (RFC 7323): for captures at the receiver, where round trips
 * do not cross the bottleneck. The sender's clock tick is estimated from the transfer itself.
 */
import type { RowColumns } from "./row-columns.ts";

/** Ticks that real senders use, in µs: Linux 1 ms (4 ms and 10 ms in old kernels), Windows and BSD 1 ms to 500 ms. */
const KNOWN_TICKS_US = [1, 100, 1000, 4000, 10_000, 100_000, 500_000];
/** A growing queue stretches arrivals, so that ticks seem longer than they are; known ticks lie further apart than this. */
const TICK_TOLERANCE = 1.5;
const MIN_SPAN_US = 200_000;
const MIN_ROWS = 20;
/** A tick coarser than this says nothing about queues. */
const MAX_TICK_US = 10_000;

/** Fills rows.delayUs; returns whether the timestamps allowed it. */
export function fillOneWayDelays(rows: RowColumns): boolean {
  let first = -1;
  let last = -1;
  let samples = 0;
  for (let row = 0; row < rows.count; row++) {
    if (!rows.hasTimestamp[row] || rows.imputed[row]) continue;
    if (first < 0) first = row;
    last = row;
    samples++;
  }
  if (samples < MIN_ROWS) return false;
  const spanUs = rows.timeUs[last]! - rows.timeUs[first]!;
  const ticks = (rows.timestamp[last]! - rows.timestamp[first]!) | 0;
  if (spanUs < MIN_SPAN_US || ticks <= 0) return false;
  const raw = spanUs / ticks;
  const tick = KNOWN_TICKS_US.find((known) => raw / known <= TICK_TOLERANCE && known / raw <= TICK_TOLERANCE);
  if (tick === undefined || tick > MAX_TICK_US) return false;
  let minimum = Number.POSITIVE_INFINITY;
  const origin = rows.timestamp[first]!;
  for (let row = first; row <= last; row++) {
    if (!rows.hasTimestamp[row] || rows.imputed[row]) continue;
    const delay = rows.timeUs[row]! - ((rows.timestamp[row]! - origin) | 0) * tick;
    rows.delayUs[row] = delay;
    if (delay < minimum) minimum = delay;
  }
  for (let row = first; row <= last; row++) rows.delayUs[row]! -= minimum;
  return true;
}
