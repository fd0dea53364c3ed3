/**
 * What other rules say of the very same transfers, to be compared with; no verdict rests on them. Wehe's (area and KS), OONI's
 * "ten times slower", and a t-test on speeds. Each says only "slowed" or not, and nothing of fewer than two transfers on a
 * side. None sees what comes before a transfer's first byte. Sources: Kakhki et al., "Identifying Traffic
 * Differentiation in Mobile Networks", IMC 2015 (area between the CDFs over the smaller maximum; KS drops empty buckets); OONI,
 * "Throttling", 2023; Welch, Biometrika 34 (1947).
 */
import type { Observation } from "../observation/observation.ts";
import { compareSamples } from "../stats/kolmogorov-smirnov.ts";
import { median } from "../stats/quantile.ts";
import { studentCumulative } from "../stats/student.ts";

export const PEERS = ["wehe", "ooni-10x", "t-test"] as const;
export type Peer = (typeof PEERS)[number];

/** Absent: it abstains. */
export type PeerAnswers = Readonly<Partial<Record<Peer, boolean>>>;

const LEAST_FLOWS = 2;
const BUCKET_US = 100_000;
const AREA = 0.5;
const AREA_FAST = 0.3;
const FAST_BPS = 10e6;
const KS_CHANCE = 0.01;
const OONI_FACTOR = 10;
/** Two-sided: half of it on the slower side. */
const T_CHANCE = 0.01;

/** What these rules read of a transfer. */
export type MeteredFlow = Pick<Observation, "goodputBps" | "samples">;

/** Whether each rule calls the targets slowed. */
export function peersSay(targets: readonly MeteredFlow[], controls: readonly MeteredFlow[]): PeerAnswers {
  const courses = (flows: readonly MeteredFlow[]): number[][] =>
    flows.map(throughputs).filter(({ length }) => length > 0);
  const speeds = (flows: readonly MeteredFlow[]): number[] =>
    flows.flatMap(({ goodputBps }) => goodputBps ?? []);
  const [targetCourses, controlCourses] = [courses(targets), courses(controls)];
  const [targetSpeeds, controlSpeeds] = [speeds(targets), speeds(controls)];
  return {
    ...(isEnough(targetCourses, controlCourses) && {
      wehe: weheDiffers(targetCourses.flat(), controlCourses.flat()),
    }),
    ...(isEnough(targetSpeeds, controlSpeeds) && {
      "ooni-10x": median(targetSpeeds) * OONI_FACTOR <= median(controlSpeeds),
      "t-test": isSlowerByT(targetSpeeds, controlSpeeds),
    }),
  };
}

function isEnough(targets: readonly unknown[], controls: readonly unknown[]): boolean {
  return Math.min(targets.length, controls.length) >= LEAST_FLOWS;
}

/** Of each tenth of a second, bit/s; empty ones are dropped. */
function throughputs({ samples = [] }: MeteredFlow): number[] {
  const buckets: number[] = [];
  samples.forEach(({ elapsedUs, bytes }, index) => {
    const bucket = Math.floor(elapsedUs / BUCKET_US);
    buckets[bucket] = (buckets[bucket] ?? 0) + bytes - (samples[index - 1]?.bytes ?? 0);
  });
  return [...buckets].map((bytes = 0) => (bytes * 8e6) / BUCKET_US).filter((bps) => bps > 0);
}

function weheDiffers(targets: readonly number[], controls: readonly number[]): boolean {
  if (targets.length < 2 || controls.length < 2 || mean(targets) >= mean(controls)) return false;
  const isFast = Math.max(mean(targets), mean(controls)) > FAST_BPS;
  return (
    areaBetween(targets, controls) >= (isFast ? AREA_FAST : AREA) &&
    compareSamples(targets, controls).chance < KS_CHANCE
  );
}

/** Between the two cumulative distributions, over the smaller of their maxima. */
function areaBetween(a: readonly number[], b: readonly number[]): number {
  const points = [...a, ...b].sort((x, y) => x - y);
  const below = (values: readonly number[], at: number): number =>
    values.filter((value) => value <= at).length / values.length;
  let area = 0;
  for (let index = 1; index < points.length; index++) {
    area +=
      (points[index]! - points[index - 1]!) *
      Math.abs(below(a, points[index - 1]!) - below(b, points[index - 1]!));
  }
  return area / Math.min(Math.max(...a), Math.max(...b));
}

function isSlowerByT(targets: readonly number[], controls: readonly number[]): boolean {
  if (targets.length < 2 || controls.length < 2) return false;
  const [a, b] = [variance(targets) / targets.length, variance(controls) / controls.length];
  const t = (mean(controls) - mean(targets)) / Math.sqrt(a + b);
  // Welch and Satterthwaite: as many degrees as the two variances leave.
  const degrees = (a + b) ** 2 / (a ** 2 / (targets.length - 1) + b ** 2 / (controls.length - 1));
  if (!Number.isFinite(t)) return t > 0;
  return 1 - studentCumulative(t, { degrees, location: 0, scale: 1 }) < T_CHANCE / 2;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}
