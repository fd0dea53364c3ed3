/**
 * Tells a queue from a policer by delay. Both drop the same packets; a queue delays what it does not drop.
 * Rules and thresholds: policing notes, step 7, worked out on the policing traces.
 */
import { formatBytes, formatDuration } from "../../base/units.ts";
import type { BucketScore } from "./bucket-score.ts";
import { FROM_FIRST_DROP, FROM_FULL } from "./bucket-score.ts";
import type { DelaySigns } from "./delay-signs.ts";
import { isBehindBox, type Traffic } from "./traffic.ts";

/** At the receiver, what a queue let through never comes in bursts of more than this many packets. */
const SPACED_PACKETS = 3;
/** Bursts of this many packets above the rate cannot have passed a queue. */
const BURST_PACKETS = 8;
const FULL_PACKET_BYTES = 1518;
/** Delays that rise before losses must also rise with the backlog, when the bucket explains the losses. */
const WEAK_SLOPE = 0.1;
const WEAK_R2 = 0.05;
const EXPLAINED_SHARE = 0.45;
/** On paths below a millisecond, waiting twice as long is no sign of a queue. */
const LONG_WAIT_US = 4000;
const CLEAR_RISE_US = 25_000;
const CLEAR_RISE_OF_BASE = 0.3;

/** Fewer delay samples before drops than this say nothing. */
const MIN_DROP_SAMPLES = 3;

export interface QueueSign {
  /** yes: packets waited in a queue before the drops; no: they did not; unknown: no delay to judge by. */
  readonly queue: "yes" | "no" | "unknown";
  readonly because: string;
}

export function judgeQueue(
  traffic: Traffic,
  signs: DelaySigns,
  fit: BucketScore | undefined,
  episodes: number,
): QueueSign {
  const spaced = fit && fit.share >= EXPLAINED_SHARE && isBehindBox(traffic) ? spacing(fit) : undefined;
  if (spaced === "spaced") {
    return {
      queue: "yes",
      because: "packets came no faster than the fitted rate: a queue before the capture spaced them",
    };
  }
  if (signs.dropSamples < MIN_DROP_SAMPLES) {
    if (spaced === "bursts" && fit) {
      const bytes = formatBytes(fit.depthBytes);
      return {
        queue: "no",
        because: `bursts of ${bytes} came faster than the rate, which a queue would have spread`,
      };
    }
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

function spacing({ mode, depthBytes }: BucketScore): "spaced" | "bursts" | "unclear" {
  if (mode !== FROM_FULL) return "unclear";
  if (depthBytes <= SPACED_PACKETS * FULL_PACKET_BYTES) return "spaced";
  return depthBytes >= BURST_PACKETS * FULL_PACKET_BYTES ? "bursts" : "unclear";
}

function queueReason(signs: DelaySigns, fit: BucketScore | undefined, episodes: number): string | undefined {
  const { baseUs, inflationUs, lowInflationUs, rank, expectedUs, medianUs, p90Us, slope, r2 } = signs;
  const ratio = inflationUs / expectedUs;
  const lowRatio = lowInflationUs / expectedUs;
  const share = fit?.share ?? 0;
  const flat = share >= EXPLAINED_SHARE && (slope < WEAK_SLOPE || r2 < WEAK_R2);
  const rise = `delay was ${formatDuration(Math.max(0, inflationUs))} above the base before losses`;
  if (r2 > 0.5 && slope > 0.25)
    return `delay follows the backlog (R² ${r2.toFixed(2)}, slope ${slope.toFixed(2)})`;
  if (lowInflationUs > Math.max(50_000, 0.5 * baseUs)) return rise;
  if (inflationUs > 4000 && ratio > 0.25 && rank >= 0.75 && !flat) return rise;
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
  // Without a depth there is no delay to expect: a clear rise must do.
  if (fit?.mode === FROM_FIRST_DROP && inflationUs > Math.max(CLEAR_RISE_US, CLEAR_RISE_OF_BASE * baseUs))
    return rise;
  if (medianUs > 2 * baseUs && medianUs - baseUs > LONG_WAIT_US)
    return `half of all packets waited longer than a round trip (${formatDuration(medianUs)})`;
  if (r2 >= 0.25 && slope >= 0.2)
    return `delay rises with the backlog (R² ${r2.toFixed(2)}, slope ${slope.toFixed(2)})`;
  return undefined;
}
