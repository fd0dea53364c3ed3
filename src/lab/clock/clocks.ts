/**
 * The laboratory's two clocks. The packet clock is the machine's monotonic one, in µs, the same in all of the
 * laboratory's processes, and always real. The scenario clock tells the story's time: it runs `speed` times as fast,
 * and jumps over times in which nothing happens.
 */
const OFFSET_US = Number(process.hrtime.bigint() / 1000n) - performance.now() * 1000;

/** Packet clock: µs since the machine's start. */
export function packetClockUs(): number {
  return performance.now() * 1000 + OFFSET_US;
}

/** Scenario time `ms` was at packet time `us`, and runs `speed` times as fast since. Plain data: it is sent around. */
export interface ScenarioClock {
  readonly ms: number;
  readonly us: number;
  readonly speed: number;
}

/** Scenario clock, ms since the epoch. */
export function scenarioTimeMs(clock: ScenarioClock, nowUs: number): number {
  return clock.ms + ((nowUs - clock.us) / 1000) * clock.speed;
}
