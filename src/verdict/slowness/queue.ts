/**
 * Tells a queue from a policer by delay. Both drop the same packets; a queue delays what it does not drop.
 * Rules and thresholds: policing notes, step 7, worked out on the policing traces.
 */
import { formatDuration } from "../../base/units.ts";
import type { BucketScore } from "./bucket-score.ts";
import { FROM_FIRST_DROP, FROM_FULL } from "./bucket-score.ts";
import type { DelaySigns } from "./delay-signs.ts";

/** Fewer delay samples before drops than this say nothing. */
const MIN_DROP_SAMPLES = 3;

export interface QueueSign {
  /** yes: packets waited in a queue before the drops; no: they did not; unknown: no delay to judge by. */
  readonly queue: "yes" | "no" | "unknown";
  readonly because: string;
}

export function judgeQueue(signs: DelaySigns, fit: BucketScore | undefined, episodes: number): QueueSign {
  if (signs.dropSamples < MIN_DROP_SAMPLES) {
    return { queue: "unknown", because: `only ${signs.dropSamples} drops have a delay sample before them` };
  }
  const reason = queueReason(signs, fit, episodes);
  if (reason) return { queue: "yes", because: reason };
  const rise = formatDuration(Math.max(0, signs.inflationUs));
  const expected =
    signs.expectedUs > 0
      ? `, a queue of that depth would have added ${formatDuration(signs.expectedUs)}`
      : "";
  return {
    queue: "no",
    because: `delay did not rise before losses (median ${rise} above the base${expected})`,
  };
}

function queueReason(signs: DelaySigns, fit: BucketScore | undefined, episodes: number): string | undefined {
  const { baseUs, inflationUs, lowInflationUs, rank, expectedUs, medianUs, p90Us, slope, r2 } = signs;
  const ratio = inflationUs / expectedUs;
  const lowRatio = lowInflationUs / expectedUs;
  const share = fit?.share ?? 0;
  const rise = `delay was ${formatDuration(Math.max(0, inflationUs))} above the base before losses`;
  if (r2 > 0.5 && slope > 0.25)
    return `delay follows the backlog (R² ${r2.toFixed(2)}, slope ${slope.toFixed(2)})`;
  if (lowInflationUs > Math.max(50_000, 0.5 * baseUs)) return rise;
  if (inflationUs > 4000 && ratio > 0.25 && rank >= 0.75) return rise;
  const strongFit =
    lowRatio < 0.1 &&
    ((fit?.mode === FROM_FULL && share >= 0.6 && expectedUs > 20_000) || (share >= 0.95 && episodes >= 2));
  if (
    lowInflationUs > Math.max(12_000, 0.12 * baseUs) &&
    rank >= 0.75 &&
    lowInflationUs > 0.5 * (p90Us - baseUs) &&
    !strongFit
  ) {
    return rise;
  }
  if (fit?.mode === FROM_FIRST_DROP && lowInflationUs > 4000 && rank >= 0.8 && (episodes < 3 || share < 0.95))
    return rise;
  if (medianUs > 2 * baseUs)
    return `half of all packets waited longer than a round trip (${formatDuration(medianUs)})`;
  if (r2 >= 0.25 && slope >= 0.2)
    return `delay rises with the backlog (R² ${r2.toFixed(2)}, slope ${slope.toFixed(2)})`;
  return undefined;
}
