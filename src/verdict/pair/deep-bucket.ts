/**
 * Flows that moved fast until a deep bucket was empty, and are held to a rate from there on. Usual flows end before: others tell as
 * much only where they are as large.
 */
import { type Flow, wentWell } from "./flow.ts";
import {
  atOneRate,
  couldShow,
  EQUAL_RATE_FACTOR,
  type HeldRate,
  isBeyond,
  isMostlyHeld,
} from "./held-rate.ts";
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

/** Flows that did. */
export function metLate(flows: readonly Flow[]): readonly Flow[] {
  return flows.filter(({ rateLimit, observation: { samples = [] } }) => isMetLate(rateLimit, samples));
}

/**
 * Enough targets met one rate late, as did most that moved as much, beside controls that moved more than the deepest of their buckets
 * lets by; all controls went well. Were the name no matter, all flows as large would be alike, and the slowest of them only by chance
 * all targets: of one look, so that whoever asks wants the bet on the pairs beside it.
 */
export function areHeldDeep(held: HeldRate, targets: readonly Flow[], controls: readonly Flow[]): boolean {
  const { lowBps, highBps, rateBps, burstBytes, isOneDepth } = held;
  const late = metLate(atOneRate(targets));
  if (late.length < LEAST_ALIKE || !isMostlyHeld(held, targets, burstBytes)) return false;
  const isSlow = ({ steadyBps, speedBps = 0 }: Flow): boolean =>
    (steadyBps ?? speedBps) <= SAME_RATE_FACTOR * rateBps;
  if (!controls.every(wentWell) || controls.some(isSlow) || areHeldToo(controls, rateBps)) return false;
  const deepest = { ...held, burstBytes: Math.max(...late.map(({ rateLimit }) => rateLimit!.burstBytes)) };
  const beyond = controls.filter((flow) => isBeyond(flow, deepest, deepest.burstBytes)).length;
  if (beyond < LEAST_ALIKE) return false;
  const isOneBucket = isOneDepth === true && highBps <= EQUAL_RATE_FACTOR * lowBps;
  const chance = chanceOfSlowest(late.length, couldShow(held, targets, burstBytes), beyond);
  return chance <= (isOneBucket ? THROTTLED_ALPHA : BEHIND_ALPHA);
}

/** That the `slowest` of so many targets and controls are all targets, if any order is as likely. */
function chanceOfSlowest(slowest: number, targets: number, controls: number): number {
  let chance = 1;
  for (let index = 0; index < slowest; index++) chance *= (targets - index) / (targets + controls - index);
  return chance;
}
