/**
 * How a transfer's bytes arrive over its time: what had come when it was cut off, and its cumulative samples.
 */
export interface Progress {
  /** "even": at one rate. "growing": slow start. "steps": a policer's bursts and gaps. "stuck": nothing after `soon`. */
  shape: "even" | "growing" | "steps" | "stuck";
  /** Before the first byte. */
  firstUs: number;
  endUs: number;
  bytes: number;
  /** That come at once: a bucket's first burst, or all that come before a freeze. */
  soonBytes: number;
  /** Of "steps": from burst to burst. */
  gapUs: number;
}

const MOST_SAMPLES = 100;
/** Within which the first burst comes. */
const SOON_US = 100_000;
const GROWTH = 2;

/** Never falls with time; from 0 to `bytes`. */
export function bytesAt(progress: Progress, elapsedUs: number): number {
  const { shape, firstUs, endUs, bytes, soonBytes, gapUs } = progress;
  const soon = Math.min(soonBytes, bytes);
  if (elapsedUs <= firstUs) return 0;
  if (elapsedUs >= endUs) return shape === "stuck" ? soon : bytes;
  const share = (elapsedUs - firstUs) / (endUs - firstUs);
  switch (shape) {
    case "even":
      return Math.floor(bytes * share);
    case "growing":
      return Math.floor(bytes * share ** GROWTH);
    case "stuck":
      return Math.floor(soon * Math.min(1, (elapsedUs - firstUs) / SOON_US));
    case "steps": {
      const stepped = Math.floor((elapsedUs - firstUs) / gapUs) * gapUs;
      const first = Math.floor(soon * Math.min(1, (elapsedUs - firstUs) / SOON_US));
      return Math.min(bytes, first + Math.floor(((bytes - soon) * stepped) / (endUs - firstUs)));
    }
  }
}

/** Up to the transfer's end, when `bytes` have come. */
export function samplesOf(
  progress: Progress,
  untilUs: number,
  bytes: number,
  everyMs: number,
): { elapsedUs: number; bytes: number }[] {
  const everyUs = Math.max(everyMs * 1e3, untilUs / MOST_SAMPLES);
  const samples = [];
  for (let at = everyUs; at < untilUs; at += everyUs) {
    samples.push({ elapsedUs: Math.round(at), bytes: Math.min(bytes, bytesAt(progress, at)) });
  }
  samples.push({ elapsedUs: Math.round(untilUs), bytes });
  return samples;
}
