/**
 * How the hour of the day bears on a population: when people measure, and how much of its speed a network has left.
 */
const DAY_HOURS = 24;
const HOUR_MS = 3_600_000;
const EVENING_HOUR = 21;
const EVENING_DEVIATION_HOURS = 2.5;
/** At the height of the evening, of a network that loses all its speed: queues in front of its links. */
const EVENING_QUEUE_US = 60_000;

/** Rows of the crowd's CSV by hour, Moscow time, 0 to 23 o'clock. */
const CROWD_ROWS = [
  ...[1241, 818, 590, 771, 605, 703, 914, 1316, 1870, 2332, 2615, 2609],
  ...[2220, 2521, 2289, 2258, 2065, 1810, 1434, 1636, 1441, 1602, 1255, 1233],
];
const MEAN_ROWS = CROWD_ROWS.reduce((sum, rows) => sum + rows, 0) / DAY_HOURS;

/** 0 up to 24. */
export function localHour(timeMs: number, utcOffsetHours: number): number {
  const hours = (timeMs / HOUR_MS + utcOffsetHours) % DAY_HOURS;
  return hours < 0 ? hours + DAY_HOURS : hours;
}

/** How much is measured, relative to the day's mean. */
export function activity(hour: number): number {
  return CROWD_ROWS[Math.floor(hour)]! / MEAN_ROWS;
}

/** 1 at the height of the evening, near 0 in the morning. */
export function eveningLoad(hour: number): number {
  const away = Math.abs(hour - EVENING_HOUR);
  const hours = Math.min(away, DAY_HOURS - away) / EVENING_DEVIATION_HOURS;
  return Math.exp((-hours * hours) / 2);
}

export function eveningQueueUs(load: number, loss: number): number {
  return load * loss * EVENING_QUEUE_US;
}
