/**
 * Whether a running transfer has told what it can: it shows a rate limit, or has been silent for as long as a freeze takes.
 * Never true while it runs on unhindered.
 */

import { SILENCE_US } from "./freeze.ts";
import type { Sample } from "./rate-limit.ts";
import { findRateLimit } from "./rate-limit.ts";

/** Past the shortest limited phase that is read at all, so that the rate is worth having. */
const ENOUGH_PHASE_US = 4_000_000;

export interface SoFar {
  readonly samples: readonly Sample[];
  readonly durationUs: number;
  readonly rttUs?: number;
}

export function hasToldEnough({ samples, durationUs, rttUs }: SoFar): boolean {
  const last = samples.at(-1);
  if (!last || last.bytes === 0) return false;
  const reached = samples.find(({ bytes }) => bytes === last.bytes)!;
  if (durationUs - reached.elapsedUs >= SILENCE_US) return true;
  const limit = findRateLimit(samples, rttUs);
  return limit !== undefined && limit.phaseUs >= ENOUGH_PHASE_US;
}
