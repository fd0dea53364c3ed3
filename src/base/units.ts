/**
 * Units and how people read them. Names elsewhere carry the unit: rateBps (bit/s), rttUs (microseconds), burstBytes.
 */
export const MICROSECONDS_PER_SECOND = 1e6;

/** Bits per second of `bytes` carried in `durationUs`; 0 where the time is not positive. */
export function bitsPerSecond(bytes: number, durationUs: number): number {
  return durationUs > 0 ? (bytes * 8 * MICROSECONDS_PER_SECOND) / durationUs : 0;
}

function threeDigits(value: number): string {
  if (value >= 100 || value === 0) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function scaled(value: number, unit: string): string {
  const steps: [number, string][] = [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ];
  for (const [factor, prefix] of steps) {
    if (value >= factor * 0.9995) return `${threeDigits(value / factor)} ${prefix}${unit}`;
  }
  return `${threeDigits(value)} ${unit}`;
}

/** "1.49 Mbit/s" */
export function formatRate(rateBps: number): string {
  return scaled(rateBps, "bit/s");
}

/** "100 kB", decimal as networks count. */
export function formatBytes(bytes: number): string {
  return bytes < 1000 ? `${Math.round(bytes)} bytes` : scaled(bytes, "B");
}

/** "23 ms", "1.52 s", "450 µs" */
export function formatDuration(durationUs: number): string {
  if (durationUs >= 1e6) return `${threeDigits(durationUs / 1e6)} s`;
  if (durationUs >= 1e3) return `${threeDigits(durationUs / 1e3)} ms`;
  return `${Math.round(durationUs)} µs`;
}

/** "1 file", "3 files" */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
