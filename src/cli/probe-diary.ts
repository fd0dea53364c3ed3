/**
 * A diary: one measurement after another at intervals, within a budget of bytes a day (daily-bytes.ts). A measurement that
 * fails is one line on stderr and the diary goes on. Never two at once: the next starts after the last has ended, and at
 * once where that took longer than the interval; what a sleeping machine missed is not made up for. Ends when its signal
 * says so, after the measurement that is running.
 */
import { parseDuration } from "../base/quantity.ts";
import { formatBytes } from "../base/units.ts";
import { CommandError } from "./command-error.ts";
import type { DailyBytes } from "./daily-bytes.ts";

const MICROSECONDS_PER_MS = 1000;
const SHORTEST_MS = 60_000;
const LONGEST_MS = 30 * 86_400_000;
/** Of `--jitter`: so much earlier or later, at most, that a series cannot be told by its rhythm. */
export const JITTER_SHARE = 0.25;
/** The clock is looked at so often: it may be set, and machines sleep. */
const LONGEST_NAP_MS = 60_000;

/** "30m", "6h", "1d", in ms; from a minute to 30 days. */
export function readInterval(option: string, text: string): number {
  const read = parseDuration(text);
  if (!read.ok) throw new CommandError(`${option}: ${read.problem.reason.replace("as in 30 s", "as in 6h")}`);
  const ms = read.value / MICROSECONDS_PER_MS;
  if (ms < SHORTEST_MS || ms > LONGEST_MS)
    throw new CommandError(`${option}: '${text}' is not between a minute and 30 days`);
  return ms;
}

/** When the next one starts. `random` is uniform in [0, 1): the mean stays `everyMs`. */
export function nextStartMs(
  lastStartMs: number,
  everyMs: number,
  jitterShare: number,
  random: () => number,
): number {
  return lastStartMs + Math.round(everyMs * (1 + jitterShare * (2 * random() - 1)));
}

export interface DiaryOptions {
  readonly everyMs: number;
  /** 0: at regular intervals. */
  readonly jitterShare: number;
  readonly budget: DailyBytes;
  /** A measurement with less than this left says nothing: it is skipped. */
  readonly leastBytes: number;
  /** How many measurements, skipped ones included; absent: until it is ended. */
  readonly times?: number;
}

export interface Turn {
  /** From 1. */
  readonly number: number;
  readonly startedMs: number;
  /** Left of the day's budget: this measurement moves no more. */
  readonly mostBytes: number;
  /** Aborted when the diary is to end: start no further target. */
  readonly signal: AbortSignal;
  /** Counts bytes as they are known; those of a measurement that fails count, too. */
  readonly moved: (bytes: number) => void;
}

export interface DiaryEffects {
  now(): number;
  /** Returns early when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  random(): number;
  /** For people: one line. */
  say(line: string): void;
  /** Aborted when the diary is to end; `release` gives the process its signals back. */
  ending(): { readonly signal: AbortSignal; readonly release: () => void };
}

export interface DiaryEnd {
  readonly measured: number;
  readonly failed: number;
  readonly skipped: number;
}

export async function keepDiary(
  options: DiaryOptions,
  measureOnce: (turn: Turn) => Promise<void>,
  effects: DiaryEffects,
): Promise<DiaryEnd> {
  const { everyMs, jitterShare, budget, leastBytes, times = Number.POSITIVE_INFINITY } = options;
  const { signal, release } = effects.ending();
  const count = { measured: 0, failed: 0, skipped: 0 };
  try {
    for (let number = 1; !signal.aborted; number++) {
      const startedMs = effects.now();
      const next = nextStartMs(startedMs, everyMs, jitterShare, effects.random);
      const then = (): string =>
        number < times && !signal.aborted
          ? `; the next one starts at ${utc(Math.max(next, effects.now()))}`
          : "";
      const mostBytes = budget.left(startedMs);
      if (mostBytes < leastBytes) {
        count.skipped++;
        effects.say(
          `measurement ${number} is skipped: ${formatBytes(budget.used(startedMs))} of the ${formatBytes(budget.limit)} a day are used up${then()}`,
        );
      } else {
        const moved = (bytes: number): void => budget.add(startedMs, bytes);
        try {
          await measureOnce({ number, startedMs, mostBytes, signal, moved });
          count.measured++;
        } catch (error) {
          count.failed++;
          effects.say(`measurement ${number} failed: ${firstLine(error)}${then()}`);
        }
      }
      if (number >= times) break;
      await sleepUntil(next, everyMs, jitterShare, signal, effects);
    }
  } finally {
    release();
  }
  return count;
}

/** A clock that was set back must not make it wait for longer than one interval. */
async function sleepUntil(
  wakeMs: number,
  everyMs: number,
  jitterShare: number,
  signal: AbortSignal,
  effects: DiaryEffects,
): Promise<void> {
  const longestMs = everyMs * (1 + jitterShare);
  let until = wakeMs;
  for (;;) {
    const left = until - effects.now();
    if (left <= 0 || signal.aborted) return;
    if (left > longestMs) until -= left - longestMs;
    await effects.sleep(Math.min(left, longestMs, LONGEST_NAP_MS), signal);
  }
}

function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] || "no reason is known";
}
