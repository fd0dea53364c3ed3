/**
 * Where one transfer stood still, to be drawn: by the judge's rule (verdict/pair/rate-limit.ts: pauses of more than five round
 * trips, Xue et al., IMC 2021, and than three segments take at the rate that limits it), where a sample in between shows that
 * nothing came; from the first to the last byte. A test holds its count against the judge's. Pure; times in µs.
 */
import { leastGapUs, type RateLimit, type Sample } from "../../../src/verdict/pair/rate-limit.ts";

export interface Standstill {
  readonly fromUs: number;
  readonly toUs: number;
}

export function standstills(
  samples: readonly Sample[],
  rttUs: number | undefined,
  limit: RateLimit | undefined,
): Standstill[] {
  const mostUs = leastGapUs(rttUs, limit?.rateBps);
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
