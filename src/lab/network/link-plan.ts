/**
 * Which part of a link's quality the kernel makes (rate and queue: tc tbf) and which part the link emulator does
 * (delay, jitter, loss: netem is missing on some machines).
 */
import type { LinkQuality } from "../scenario/scenario.ts";

export function isEmulated({ delayUs, jitterUs, loss }: LinkQuality): boolean {
  return delayUs > 0 || jitterUs > 0 || loss > 0;
}

/** tbf sends this much at once: two packets, or what a timer tick of 4 ms lets through. */
const MIN_BURST_BYTES = 3200;
const TICK_S = 0.004;

/** Arguments of tc-tbf(8), or undefined when the rate is not limited. */
export function rateLimit({ rateBps, queueBytes }: LinkQuality): string | undefined {
  if (rateBps === undefined) return undefined;
  const burst = Math.max(MIN_BURST_BYTES, Math.round((rateBps / 8) * TICK_S));
  return `tbf rate ${Math.round(rateBps)}bit burst ${burst} limit ${Math.max(queueBytes, MIN_BURST_BYTES)}`;
}
