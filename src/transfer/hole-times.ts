/**
 * When packets that never reached the capture were under way: a gap shows only when the next packet comes, but its
 * packets were sent between that one and the one before. A box that drops them acts then, not when the gap shows:
 * placed at the end of the gap, every loss would look as if tokens or room had been there.
 */
import type { Direction } from "./direction.ts";

/** What a sender sends at once spans about a round trip: a longer gap was waited for, not sent through. */
const FLIGHT_RTTS = 1;

/** Arrivals before a gap in which the closest two tell how fast the sender sends at once. */
const RECENT_ARRIVALS = 32;

/**
 * Puts the rows of each gap behind the packet before it, as close as the sender was seen to send at once shortly before
 * or behind, and never beyond the gap's end. Rows are then no longer in order of time.
 */
export function placeHoles(direction: Direction, roundTripUs: number): void {
  const { rows, units } = direction;
  for (let row = 0; row < rows.count; row++) {
    if (!rows.imputed[row]) continue;
    let end = row + 1;
    while (end < rows.count && rows.imputed[end] && rows.unit[end] === rows.unit[end - 1]! + 1) end++;
    const first = rows.unit[row]!;
    const nextUs = rows.timeUs[row]!;
    const previousUs = sentUs(direction, first - 1) ?? (row > 0 ? rows.timeUs[row - 1]! : nextUs);
    const flightUs = Math.min(
      nextUs - previousUs,
      roundTripUs > 0 ? FLIGHT_RTTS * roundTripUs : Number.POSITIVE_INFINITY,
    );
    const last = rows.unit[end - 1]!;
    const stepUs = Math.max(
      0,
      Math.min(
        flightUs / (end - row + 1),
        closestBefore(direction, first - 1),
        last + 2 < units.count ? spacingUs(direction, last + 1, last + 2) : Number.POSITIVE_INFINITY,
      ),
    );
    for (let i = row; i < end; i++) rows.timeUs[i] = previousUs + (i - row + 1) * stepUs;
    row = end - 1;
  }
}

/** The smallest time between two neighbours among the units shortly before. */
function closestBefore(direction: Direction, unit: number): number {
  let closestUs = Number.POSITIVE_INFINITY;
  for (let i = unit; i > 0 && i > unit - RECENT_ARRIVALS; i--) {
    closestUs = Math.min(closestUs, spacingUs(direction, i - 1, i));
  }
  return closestUs;
}

function spacingUs(direction: Direction, unit: number, next: number): number {
  const from = sentUs(direction, unit);
  const to = sentUs(direction, next);
  return from !== undefined && to !== undefined && to >= from ? to - from : Number.POSITIVE_INFINITY;
}

/** When the unit's first copy was seen, if that copy was no repetition. */
function sentUs({ rows, units }: Direction, unit: number): number | undefined {
  if (unit < 0) return undefined;
  const row = units.firstRow[unit]!;
  return row >= 0 && !units.wasHole[unit] ? rows.timeUs[row]! : undefined;
}
