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
  const origin = rows.timestamp[first]!;
  for (let row = first; row <= last; row++) {
    if (!rows.hasTimestamp[row] || rows.imputed[row]) continue;
    rows.delayUs[row] = rows.timeUs[row]! - ((rows.timestamp[row]! - origin) | 0) * tick;
  }
  levelClocks(rows, first, last);
  return true;
}

/** Two quartz clocks drift apart by at most this (10 times what their makers promise). */
const MAX_SKEW = 5e-4;
const SKEW_WINDOWS = 64;

/**
 * Takes the drift of the two clocks and the smallest delay away. The drift is the slope of the longest edge of the lower
 * hull of the delays: what no queue can lower (after Moon, Skelly and Towsley, INFOCOM 1999).
 */
function levelClocks(rows: RowColumns, first: number, last: number): void {
  const fromUs = rows.timeUs[first]!;
  const spanUs = rows.timeUs[last]! - fromUs;
  const lowest: { timeUs: number; delayUs: number }[] = [];
  for (let row = first; row <= last; row++) {
    const delayUs = rows.delayUs[row]!;
    if (Number.isNaN(delayUs)) continue;
    const timeUs = rows.timeUs[row]! - fromUs;
    const window = Math.min(SKEW_WINDOWS - 1, Math.floor((timeUs / spanUs) * SKEW_WINDOWS));
    const known = lowest[window];
    if (!known || delayUs < known.delayUs) lowest[window] = { timeUs, delayUs };
  }
  const skew = hullSlope(lowest.filter((point) => point !== undefined));
  const drift = Math.abs(skew) <= MAX_SKEW ? skew : 0;
  let minimum = Number.POSITIVE_INFINITY;
  for (let row = first; row <= last; row++) {
    rows.delayUs[row]! -= drift * (rows.timeUs[row]! - fromUs);
    if (rows.delayUs[row]! < minimum) minimum = rows.delayUs[row]!;
  }
  for (let row = first; row <= last; row++) rows.delayUs[row]! -= minimum;
}

/** Slope of the longest edge of the lower convex hull of points in order of time. */
function hullSlope(points: readonly { timeUs: number; delayUs: number }[]): number {
  const hull: { timeUs: number; delayUs: number }[] = [];
  for (const point of points) {
    while (hull.length >= 2 && turnsDown(hull[hull.length - 2]!, hull[hull.length - 1]!, point)) hull.pop();
    hull.push(point);
  }
  let longestUs = 0;
  let slope = 0;
  for (let i = 1; i < hull.length; i++) {
    const lengthUs = hull[i]!.timeUs - hull[i - 1]!.timeUs;
    if (lengthUs <= longestUs) continue;
    longestUs = lengthUs;
    slope = (hull[i]!.delayUs - hull[i - 1]!.delayUs) / lengthUs;
  }
  return slope;
}

function turnsDown(
  a: { timeUs: number; delayUs: number },
  b: { timeUs: number; delayUs: number },
  c: { timeUs: number; delayUs: number },
): boolean {
  return (b.delayUs - a.delayUs) * (c.timeUs - a.timeUs) >= (c.delayUs - a.delayUs) * (b.timeUs - a.timeUs);
}
