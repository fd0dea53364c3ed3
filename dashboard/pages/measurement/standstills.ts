/**
 * Where one transfer stood still, to be drawn: by the judge's rule (verdict/pair/rate-limit.ts: pauses of more than five round
 * trips, Xue et al., IMC 2021, and than three segments take at the rate that limits it), where a sample in between shows that
 * nothing came; from the first to the last byte. A test holds its count against the judge's. Pure; times in µs.
 */
import type { RateLimit, Sample } from "../../../src/verdict/pair/rate-limit.ts";

const DEFAULT_RTT_US = 50_000;
const GAP_ROUND_TRIPS = 5;
const GAP_SEGMENTS = 3;
const SEGMENT_BYTES = 1448;

export interface Standstill {
  readonly fromUs: number;
  readonly toUs: number;
}

export function standstills(
  samples: readonly Sample[],
  rttUs: number | undefined,
  limit: RateLimit | undefined,
): Standstill[] {
  const segmentsUs = limit ? (GAP_SEGMENTS * SEGMENT_BYTES * 8e6) / limit.rateBps : 0;
  const mostUs = Math.max(GAP_ROUND_TRIPS * (rttUs ?? DEFAULT_RTT_US), segmentsUs);
  const found: Standstill[] = [];
  let [lastUs, lastBytes, still] = [samples[0]!.elapsedUs, samples[0]!.bytes, 0];
  for (const { elapsedUs, bytes } of samples) {
    if (bytes === lastBytes) {
      still++;
      continue;
    }
    if (still > 0 && elapsedUs - lastUs > mostUs) found.push({ fromUs: lastUs, toUs: elapsedUs });
    [lastUs, lastBytes, still] = [elapsedUs, bytes, 0];
  }
  return found;
}
