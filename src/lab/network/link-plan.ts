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

/** A router's buffers hold packets, however small: what is small must not slip into a queue that is full. */
const FULL_PACKET_BYTES = 1500;
const MIN_QUEUE_PACKETS = 4;

/**
 * Lines for tc(8) -batch, or none when the rate is not limited. "change" of a link that is in use: tbf sets its bytes as
 * the inner queue's packets, so that these come after it.
 */
export function rateLimit(
  device: string,
  { rateBps, queueBytes }: LinkQuality,
  how: "add" | "change" = "add",
): string[] {
  if (rateBps === undefined) return [];
  const burst = Math.max(MIN_BURST_BYTES, Math.round((rateBps / 8) * TICK_S));
  const packets = Math.max(MIN_QUEUE_PACKETS, Math.round(queueBytes / FULL_PACKET_BYTES));
  const limit = packets * FULL_PACKET_BYTES;
  return [
    `qdisc ${how} dev ${device} root handle 1: tbf rate ${Math.round(rateBps)}bit burst ${burst} limit ${limit}`,
    `qdisc ${how} dev ${device} parent 1:1 pfifo limit ${packets}`,
  ];
}
