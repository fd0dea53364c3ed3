/**
 * When measurements begin: a random series in time order, made one at a time, whose density follows the hour of the day,
 * the attention that trouble draws, and the collector's gaps. Memory: MOST_STEPS numbers.
 */
import type { Random } from "../../base/random.ts";
import type { Gap, PopulationConfig } from "./config.ts";
import { activity, localHour } from "./day-rhythm.ts";
import type { TruthCursor } from "./truth-record.ts";

const MOST_STEPS = 5000;
const SHORTEST_STEP_MS = 1000;

export interface Density {
  readonly fromMs: number;
  readonly stepMs: number;
  /** Share of all starts before the end of each step. */
  readonly cumulative: Float64Array;
}

/** `userShares`: of each client, among all users; the cursor is used up. */
export function startDensity(
  config: PopulationConfig,
  gaps: readonly Gap[],
  cursor: TruthCursor,
  userShares: Float64Array,
): Density {
  const { fromMs, untilMs } = config;
  const lengthMs = untilMs - fromMs;
  if (!(lengthMs > 0)) throw new RangeError("the population's period ends before it begins");
  const steps = Math.max(1, Math.min(MOST_STEPS, Math.ceil(lengthMs / SHORTEST_STEP_MS)));
  const stepMs = lengthMs / steps;
  const fading = 0.5 ** (stepMs / config.attentionHalfLifeMs);
  const cumulative = new Float64Array(steps);
  let attention = 0;
  let before = 0;
  let sum = 0;
  for (let step = 0; step < steps; step++) {
    const atMs = fromMs + (step + 0.5) * stepMs;
    cursor.advance(atMs);
    let troubled = 0;
    for (let client = 0; client < userShares.length; client++) {
      if (cursor.troubles[client]! > 0) troubled += userShares[client]!;
    }
    attention = attention * fading + Math.max(0, troubled - before);
    before = troubled;
    const weight = activity(localHour(atMs, config.utcOffsetHours)) * (1 + config.attention * attention);
    sum += inGap(gaps, atMs) ? 0 : weight;
    cumulative[step] = sum;
  }
  if (sum === 0) throw new RangeError("the collector's gaps leave no time to measure");
  for (let step = 0; step < steps; step++) cumulative[step]! /= sum;
  return { fromMs, stepMs, cumulative };
}

export function inGap(gaps: readonly Gap[], timeMs: number): boolean {
  return gaps.some((gap) => timeMs >= gap.fromMs && timeMs < gap.untilMs);
}

/** The configured gaps, or one drawn. */
export function drawGaps(config: PopulationConfig, random: Random): readonly Gap[] {
  if (config.gaps.length > 0 || config.gapShare <= 0) return config.gaps;
  const lengthMs = config.untilMs - config.fromMs;
  const gapMs = lengthMs * config.gapShare;
  const fromMs = config.fromMs + random.next() * (lengthMs - gapMs);
  return [{ fromMs, untilMs: fromMs + gapMs }];
}

export class StartTimes {
  readonly #density: Density;
  readonly #random: Random;
  #share = 0;
  #step = 0;

  constructor(density: Density, random: Random) {
    this.#density = density;
    this.#random = random;
  }

  /**
   * The next start when about so many are still to come: order statistics one after the other (Bentley and Saxe,
   * "Generating sorted lists of random numbers", ACM TOMS 6, 1980). Never decreases, never after the period.
   */
  next(toCome: number): number {
    const { fromMs, stepMs, cumulative } = this.#density;
    this.#share = 1 - (1 - this.#share) * (1 - this.#random.next()) ** (1 / Math.max(1, toCome));
    while (this.#step < cumulative.length - 1 && cumulative[this.#step]! <= this.#share) this.#step++;
    const low = this.#step === 0 ? 0 : cumulative[this.#step - 1]!;
    const width = cumulative[this.#step]! - low;
    const within = width > 0 ? Math.min(1, (this.#share - low) / width) : 1;
    return fromMs + (this.#step + within) * stepMs;
  }
}
