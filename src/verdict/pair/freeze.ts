/**
 * Whether one flow froze: bytes came, then none for ten seconds (net4people/bbs issue 490: after 15-20 kB). A flow that
 * moves now and then is slow, not frozen.
 */
import type { Sample } from "./rate-limit.ts";

export const SILENCE_US = 10_000_000;
/** Of the bytes after which flows froze: a box counts payload in packets, and some draw the number for each flow. */
export const SAME_POINT_FACTOR = 1.6;

export interface Freeze {
  readonly afterBytes: number;
  readonly silentUs: number;
}

/** `endUs`: how long it was watched. */
export function findFreeze(samples: readonly Sample[], endUs: number): Freeze | undefined {
  const last = samples.at(-1);
  if (!last || last.bytes === 0) return undefined;
  const reached = samples.find(({ bytes }) => bytes === last.bytes)!;
  const silentUs = endUs - reached.elapsedUs;
  return silentUs >= SILENCE_US ? { afterBytes: last.bytes, silentUs } : undefined;
}
