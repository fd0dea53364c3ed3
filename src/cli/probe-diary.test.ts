import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../base/random.ts";
import { DailyBytes, dayOf } from "./daily-bytes.ts";
import { nodeDiaryEffects } from "./diary-effects.ts";
import {
  type DiaryEffects,
  type DiaryEnd,
  type DiaryOptions,
  JITTER_SHARE,
  keepDiary,
  nextStartMs,
  readInterval,
  type Turn,
} from "./probe-diary.ts";

const HOUR_MS = 3_600_000;
const MB = 1e6;
const START_MS = Date.UTC(2026, 10, 25, 1);

/** Time that passes only in sleep, and where a measurement says so. */
class VirtualTime implements DiaryEffects {
  nowMs = START_MS;
  readonly lines: string[] = [];
  readonly controller = new AbortController();
  released = 0;
  readonly #random = seededRandom(1);

  now = (): number => this.nowMs;
  sleep = async (ms: number): Promise<void> => {
    expect(ms).toBeGreaterThan(0);
    this.nowMs += ms;
  };
  random = (): number => this.#random.next();
  say = (line: string): void => {
    this.lines.push(line);
  };
  ending = (): ReturnType<DiaryEffects["ending"]> => ({
    signal: this.controller.signal,
    release: () => {
      this.released++;
    },
  });
}

async function keep(
  change: Partial<DiaryOptions>,
  measure: (turn: Turn, time: VirtualTime) => Promise<void> | void,
): Promise<{ time: VirtualTime; end: DiaryEnd; starts: number[] }> {
  const time = new VirtualTime();
  const starts: number[] = [];
  const options = { everyMs: 6 * HOUR_MS, jitterShare: 0, budget: new DailyBytes(200 * MB), leastBytes: MB };
  const end = await keepDiary(
    { ...options, times: 5, ...change },
    async (turn) => {
      starts.push((turn.startedMs - START_MS) / HOUR_MS);
      await measure(turn, time);
    },
    time,
  );
  return { time, end, starts };
}

describe("An interval", () => {
  it("is read as people write it", () => {
    expect(["30m", "6h", "1d", "90 s", "1.5h"].map((text) => readInterval("--every", text) / 60_000)).toEqual(
      [30, 360, 1440, 1.5, 90],
    );
  });

  it.each(["", "6", "6 weeks", "-1h", "1s", "0m", "31d", "h"])("is not '%s'", (text) => {
    expect(() => readInterval("--every", text)).toThrow(/^--every: /);
  });

  it("is kept in the mean, and jitter stays within its share", () => {
    const random = seededRandom(7);
    const waits = Array.from({ length: 2000 }, () => nextStartMs(0, HOUR_MS, JITTER_SHARE, random.next));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0.75 * HOUR_MS);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1.25 * HOUR_MS);
    const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
    expect(Math.abs(mean / HOUR_MS - 1)).toBeLessThan(0.02);
    expect(nextStartMs(5, HOUR_MS, 0, random.next)).toBe(5 + HOUR_MS);
  });
});

describe("A day's bytes", () => {
  it("are counted by UTC day, and begin anew at midnight", () => {
    const bytes = new DailyBytes(100);
    bytes.add(Date.UTC(2026, 10, 25, 23, 59), 70);
    expect(bytes.left(Date.UTC(2026, 10, 25))).toBe(30);
    expect(bytes.left(Date.UTC(2026, 10, 26))).toBe(100);
    bytes.add(Date.UTC(2026, 10, 25, 23, 59), 70);
    expect(bytes.left(Date.UTC(2026, 10, 25))).toBe(0);
  });

  it("of a run before this one count as well, and what is no day does not", () => {
    const before = JSON.parse(JSON.stringify({ "2026-11-25": 60, nonsense: 5, "2026-11-24": -3 }));
    expect(new DailyBytes(100, before).days()).toEqual({ "2026-11-25": 60 });
  });

  it("are forgotten after a week, and never negative", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.nat(1e9))), (series) => {
        const bytes = new DailyBytes(1e8);
        for (const [days, some] of [...series].sort((a, b) => a[0] - b[0])) {
          bytes.add(START_MS + days * 24 * HOUR_MS, some);
          if (Object.keys(bytes.days()).length > 7 || bytes.left(START_MS) < 0) return false;
        }
        return true;
      }),
    );
    expect(dayOf(START_MS)).toBe("2026-11-25");
  });
});

describe("A diary", () => {
  it("measures at once, and then at its intervals", async () => {
    const { starts, end, time } = await keep({}, () => {});
    expect(starts).toEqual([0, 6, 12, 18, 24]);
    expect(end).toEqual({ measured: 5, failed: 0, skipped: 0 });
    expect([time.lines, time.released]).toEqual([[], 1]);
  });

  it("goes on after a measurement that failed, with one line", async () => {
    const { end, time } = await keep({ times: 3 }, ({ number }) => {
      if (number === 2) throw new Error("the network is gone\nat some line");
    });
    expect(end).toEqual({ measured: 2, failed: 1, skipped: 0 });
    expect(time.lines).toEqual([
      "measurement 2 failed: the network is gone; the next one starts at 2026-11-25 13:00 UTC",
    ]);
  });

  it("skips what the day's budget has no room for, says so, and goes on the next day", async () => {
    const most: number[] = [];
    const { starts, end, time } = await keep({ times: 6, budget: new DailyBytes(50 * MB) }, (turn) => {
      most.push(turn.mostBytes / MB);
      turn.moved(Math.min(30 * MB, turn.mostBytes));
    });
    expect(starts).toEqual([0, 6, 24, 30]);
    expect(most).toEqual([50, 20, 50, 20]);
    expect(end).toEqual({ measured: 4, failed: 0, skipped: 2 });
    expect(time.lines[0]).toBe(
      "measurement 3 is skipped: 50.0 MB of the 50.0 MB a day are used up; the next one starts at 2026-11-25 19:00 UTC",
    );
  });

  it("counts the bytes of a measurement that failed", async () => {
    const { end } = await keep({ times: 2, budget: new DailyBytes(50 * MB) }, (turn) => {
      turn.moved(50 * MB);
      throw new Error("failed");
    });
    expect(end).toEqual({ measured: 0, failed: 1, skipped: 1 });
  });

  it("never has two at once: one that takes long is followed at once, and nothing is made up for", async () => {
    let running = 0;
    const { starts } = await keep({}, async ({ number }, time) => {
      expect(++running).toBe(1);
      await Promise.resolve();
      if (number === 2) time.nowMs += 20 * HOUR_MS;
      running--;
    });
    expect(starts).toEqual([0, 6, 26, 32, 38]);
  });

  it("ends during a measurement, once that is over", async () => {
    const { starts, end, time } = await keep({}, ({ number, signal }, virtual) => {
      if (number === 2) virtual.controller.abort();
      expect(signal.aborted).toBe(number === 2);
    });
    expect(starts).toEqual([0, 6]);
    expect(end.measured).toBe(2);
    expect(time.released).toBe(1);
  });

  it("ends in its sleep", async () => {
    const time = new VirtualTime();
    time.sleep = async () => time.controller.abort();
    const options = { everyMs: HOUR_MS, jitterShare: 0.25, budget: new DailyBytes(MB), leastBytes: 0 };
    expect(await keepDiary(options, async () => {}, time)).toEqual({ measured: 1, failed: 0, skipped: 0 });
  });

  it("waits for no longer than an interval, though the clock is set back", async () => {
    let slept = 0;
    const { end } = await keep({ times: 2, everyMs: HOUR_MS }, ({ number }, time) => {
      if (number === 1) time.nowMs -= 1000 * HOUR_MS;
      const { sleep } = time;
      time.sleep = (ms) => {
        slept += ms;
        return sleep(ms);
      };
    });
    expect(end.measured).toBe(2);
    expect(slept).toBe(HOUR_MS);
  });

  it("ends by SIGTERM of this process, and gives the signal back", async () => {
    const before = process.listenerCount("SIGTERM");
    const options = { everyMs: HOUR_MS, jitterShare: 0, budget: new DailyBytes(MB), leastBytes: 0 };
    const end = await keepDiary(
      options,
      async () => {
        setTimeout(() => process.kill(process.pid, "SIGTERM"), 20);
      },
      nodeDiaryEffects,
    );
    expect(end.measured).toBe(1);
    expect(process.listenerCount("SIGTERM")).toBe(before);
  });
});
