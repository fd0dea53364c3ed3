/**
 * Whether a flow met one straight line again and again, from how many bytes had moved when. What a queue or a bucket lets by
 * lies on such a line whenever everything before it has arrived; behind a lost packet the count stands still, and jumps back
 * to the line when the hole is filled (RFC 9293, section 3.10.7.4: only what is in order counts). So each part of the phase is
 * looked at for the point that comes nearest to the line, and the line is fitted through those. Slow start lies below it and
 * is left out. Told from the dents of congestion control by exactness: every part must touch, but for holes that the flow came
 * back from, and for one that it ended in.
 */
import type { Sample } from "./rate-limit.ts";

export interface StraightLimit {
  readonly bytesPerUs: number;
  /** Where the line was met first. */
  readonly start: Sample;
  readonly phaseUs: number;
  /** How far the line is ahead of its rate at the first step: a bucket; none where slow start never left it behind. */
  readonly burstBytes: number;
  /** Not one part of it passed without a touch. */
  readonly isWhole: boolean;
}

interface Line {
  readonly bytesPerUs: number;
  readonly height: number;
  readonly nearest: readonly Sample[];
  /** Touches that are not near it. */
  readonly apart: readonly Sample[];
}

/** Shorter than for flows that stall: nothing has to be outlasted but slow start. */
const LEAST_STRAIGHT_US = 1_400_000;
const LEAST_ROUND_TRIPS = 8;
const DEFAULT_RTT_US = 50_000;
const SEGMENT_BYTES = 1448;
/** Fewer come in some windows of a flow that nothing limits. */
const LEAST_SEGMENTS = 100;
/** Of which each must touch the line. */
const PARTS = 6;
const SPARED = 1;
/** A hole of a round trip and a full queue takes a second. */
const SPARED_IN_HOLES = 2;
/** Linux's least time-out; and what was lost behind a full queue takes more than a round trip of an empty one. */
const STANDSTILL_US = 200_000;
const STANDSTILL_ROUND_TRIPS = 1.5;
/** How far touches may lie apart: packets in one clump, and what moves between two readings of the counter. */
const TOUCH_SEGMENTS = 3;
const READING_US = 15_000;
const ROUNDS = 8;
/** Of the flow's time: where the phase may begin, the earliest that fits counts. */
const STARTS = [0, 0.1, 0.2, 0.3, 0.4];

/** The shortest phase of which a line is read. */
export function leastStraightUs(rttUs: number): number {
  return Math.max(LEAST_STRAIGHT_US, LEAST_ROUND_TRIPS * rttUs);
}

/** `steps`: samples in which bytes grew. */
export function findStraightLimit(
  steps: readonly Sample[],
  rttUs = DEFAULT_RTT_US,
): StraightLimit | undefined {
  const whole = lineOf(steps, rttUs);
  if (whole) return whole;
  // What ended in a hole met the line before it, and came no nearer to it than that.
  const last = steps.findLastIndex((_, index) => isStandstill(steps, index, rttUs));
  const before = last > 0 ? lineOf(steps.slice(0, last), rttUs) : undefined;
  return before && isBelow(steps.slice(last), before) ? { ...before, isWhole: false } : undefined;
}

/** Nothing came beyond the line. */
function isBelow(steps: readonly Sample[], { start, bytesPerUs }: StraightLimit): boolean {
  const most = heightOf(start, bytesPerUs) + toleranceOf(bytesPerUs);
  return steps.every((step) => heightOf(step, bytesPerUs) <= most);
}

function lineOf(steps: readonly Sample[], rttUs: number): StraightLimit | undefined {
  const [first, last] = [steps[0], steps.at(-1)];
  if (!first || !last) return undefined;
  const leastUs = leastStraightUs(rttUs);
  const fits: { from: number; touches: Sample[] | undefined }[] = [];
  const fitFrom = (share: number): (typeof fits)[number] => {
    const fromUs = first.elapsedUs + share * (last.elapsedUs - first.elapsedUs);
    const from = steps.findIndex(({ elapsedUs }) => elapsedUs >= fromUs);
    return { from, touches: touchesOf(steps, from) };
  };
  for (const spared of [0, SPARED, SPARED_IN_HOLES]) {
    for (const [index, share] of STARTS.entries()) {
      // The earliest often does: the others are looked at only where it does not.
      fits[index] ??= fitFrom(share);
      const { from, touches } = fits[index];
      const line = touches && lineThrough(touches, spared);
      if (!line || (spared > SPARED && !areInHoles(steps, line, rttUs))) continue;
      const { bytesPerUs, height } = line;
      const least = height - toleranceOf(bytesPerUs);
      const start = steps.find((step, at) => at >= from && heightOf(step, bytesPerUs) >= least)!;
      const phaseUs = last.elapsedUs - start.elapsedUs;
      if (phaseUs < leastUs || last.bytes - start.bytes < LEAST_SEGMENTS * SEGMENT_BYTES) continue;
      const burstBytes = Math.max(0, height + bytesPerUs * first.elapsedUs - first.bytes);
      return { bytesPerUs, start, phaseUs, burstBytes, isWhole: spared === 0 };
    }
  }
  return undefined;
}

/** Before this step nothing came for as long as a lost packet takes to be sent again: no pause between two windows. */
function isStandstill(steps: readonly Sample[], index: number, rttUs: number): boolean {
  const leastUs = Math.max(STANDSTILL_US, STANDSTILL_ROUND_TRIPS * rttUs);
  return index > 0 && steps[index]!.elapsedUs - steps[index - 1]!.elapsedUs >= leastUs;
}

/** Each lies behind a standstill from which the flow came back to the line: the touches before and after it are on it. */
function areInHoles(steps: readonly Sample[], { apart, nearest }: Line, rttUs: number): boolean {
  return apart.every((point) => {
    const before = nearest.findLast(({ elapsedUs }) => elapsedUs < point.elapsedUs);
    const after = nearest.find(({ elapsedUs }) => elapsedUs > point.elapsedUs);
    return (
      before !== undefined &&
      after !== undefined &&
      steps.some(
        ({ elapsedUs }, index) =>
          elapsedUs > before.elapsedUs && elapsedUs <= after.elapsedUs && isStandstill(steps, index, rttUs),
      )
    );
  });
}

/** Of each part the point nearest to the line through them all; undefined: something moved in too few. */
function touchesOf(steps: readonly Sample[], start: number): Sample[] | undefined {
  const [from, to] = [steps[start]!, steps.at(-1)!];
  if (to.elapsedUs <= from.elapsedUs) return undefined;
  const partUs = (to.elapsedUs - from.elapsedUs) / PARTS;
  let slope = (to.bytes - from.bytes) / (to.elapsedUs - from.elapsedUs);
  let touches: Sample[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const best: Sample[] = [];
    for (let index = start; index < steps.length; index++) {
      const step = steps[index]!;
      const part = Math.min(PARTS - 1, Math.floor((step.elapsedUs - from.elapsedUs) / partUs));
      const known = best[part];
      if (!known || heightOf(step, slope) > heightOf(known, slope)) best[part] = step;
    }
    const found = best.filter((step) => step !== undefined);
    if (found.length < PARTS - SPARED_IN_HOLES) return undefined;
    const isSame = found.every((step, part) => step === touches[part]);
    touches = found;
    if (isSame) break;
    slope = slopeThrough(touches);
    if (!(slope > 0)) return undefined;
  }
  return touches;
}

/** The line through the touches, but for so many parts that lie lowest, or have none, in a hole; undefined: they are on no line. */
function lineThrough(touches: readonly Sample[], spared: number): Line | undefined {
  let nearest = touches;
  for (let left = spared - (PARTS - touches.length); left !== 0; left--) {
    if (left < 0) return undefined;
    const slope = slopeThrough(nearest);
    const lowest = nearest.reduce((a, b) => (heightOf(b, slope) < heightOf(a, slope) ? b : a));
    nearest = nearest.filter((touch) => touch !== lowest);
  }
  const bytesPerUs = slopeThrough(nearest);
  const heights = nearest.map((touch) => heightOf(touch, bytesPerUs));
  const height = Math.max(...heights);
  const isOnLine = bytesPerUs > 0 && height - Math.min(...heights) <= toleranceOf(bytesPerUs);
  const apart = touches.filter((touch) => !nearest.includes(touch));
  return isOnLine ? { bytesPerUs, height, nearest, apart } : undefined;
}

function toleranceOf(bytesPerUs: number): number {
  return TOUCH_SEGMENTS * SEGMENT_BYTES + bytesPerUs * READING_US;
}

function heightOf({ elapsedUs, bytes }: Sample, slope: number): number {
  return bytes - slope * elapsedUs;
}

/** Least squares. */
function slopeThrough(points: readonly Sample[]): number {
  const mean = (of: (point: Sample) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [middleUs, middleBytes] = [mean(({ elapsedUs }) => elapsedUs), mean(({ bytes }) => bytes)];
  const spread = mean(({ elapsedUs }) => (elapsedUs - middleUs) ** 2);
  return mean(({ elapsedUs, bytes }) => (elapsedUs - middleUs) * (bytes - middleBytes)) / spread;
}
