/**
 * Flows that moved fast until a deep bucket was empty, and are held to a rate from there on. Usual flows end before: others tell as
 * much only where they are as large.
 */
import type { Flow } from "./flow.ts";
import { couldShow, EQUAL_RATE_FACTOR, type HeldRate, isBeyond, isMostlyHeld } from "./held-rate.ts";
import { areHeldToo } from "./line-apart.ts";
import type { RateLimit, Sample } from "./rate-limit.ts";
import {
  BEHIND_ALPHA,
  FASTER_FACTOR,
  LEAST_ALIKE,
  POSSIBLE_BURST_BYTES,
  SAME_RATE_FACTOR,
  THROTTLED_ALPHA,
} from "./thresholds.ts";

/** Half of what is thought possible: what is emptied sooner every usual flow outlasts. */
const LEAST_DEEP_BYTES = POSSIBLE_BURST_BYTES / 2;

/** It met its limit after that many bytes, FASTER_FACTOR times as fast as it went on. `samples`: of the flow, from its beginning. */
export function isMetLate(limit: RateLimit | undefined, samples: readonly Sample[]): boolean {
  if (limit === undefined || limit.burstBytes < LEAST_DEEP_BYTES) return false;
  const us = limit.sinceUs - (samples[0]?.elapsedUs ?? 0);
  return limit.burstBytes * 8e6 >= FASTER_FACTOR * limit.rateBps * us;
}

/**
 * Enough targets at one rate after a deep bucket, as have most that moved as much, beside controls that moved more than that bucket lets
 * by. Were the name no matter, all flows as large would be alike, and the slowest of them only by chance all targets.
 */
export function areHeldDeep(held: HeldRate, targets: readonly Flow[], controls: readonly Flow[]): boolean {
  const { flows, lowBps, highBps, rateBps, burstBytes, isOneDepth } = held;
  if (burstBytes < LEAST_DEEP_BYTES || flows < LEAST_ALIKE || !isMostlyHeld(held, targets, burstBytes))
    return false;
  const beyond = controls.filter((flow) => isBeyond(flow, held, burstBytes)).length;
  if (beyond < LEAST_ALIKE || areHeldToo(controls, rateBps)) return false;
  if (controls.some(({ steadyBps = rateBps * FASTER_FACTOR }) => steadyBps <= SAME_RATE_FACTOR * rateBps))
    return false;
  const isOneBucket = isOneDepth === true && highBps <= EQUAL_RATE_FACTOR * lowBps;
  const chance = chanceOfSlowest(flows, couldShow(held, targets, burstBytes), beyond);
  return chance <= (isOneBucket ? THROTTLED_ALPHA : BEHIND_ALPHA);
}

/** That the `slowest` of so many targets and controls are all targets, if any order is as likely. */
function chanceOfSlowest(slowest: number, targets: number, controls: number): number {
  let chance = 1;
  for (let index = 0; index < slowest; index++) chance *= (targets - index) / (targets + controls - index);
  return chance;
}
