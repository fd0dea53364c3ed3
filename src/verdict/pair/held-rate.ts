/**
 * The rate that flows of one arm are held to together: at least three that show it, most of all that could.
 */
import { median } from "../../stats/quantile.ts";
import type { Flow } from "./flow.ts";
import type { RateLimit } from "./rate-limit.ts";
import { LEAST_FLOWS, POSSIBLE_BURST_BYTES, SAME_RATE_FACTOR } from "./thresholds.ts";

export interface HeldRate {
  readonly kind: RateLimit["kind"];
  readonly flows: number;
  /** Payload. */
  readonly rateBps: number;
  readonly lowBps: number;
  readonly highBps: number;
  readonly burstBytes: number;
  /** All of them met it after about as many bytes, as behind one bucket, however deep. */
  readonly isOneDepth?: boolean;
}

/** Of what burst and rate let by in a flow's time: beyond, it was not held to that rate. */
const WITHIN_FACTOR = 1.1;
/** What a few flows are told to be one rate by. */
export const EQUAL_RATE_FACTOR = 1.15;
/** Largest over smallest of their buckets, as flows show them. */
const ONE_DEPTH_FACTOR = 1.25;
/** Flows of about as many bytes went through as much of slow start. */
const AS_LARGE_SHARE = 0.8;

/** At least three flows held to one rate, most of all that were limited. */
export function heldRateOf(flows: readonly Flow[]): HeldRate | undefined {
  const limits = flows.flatMap(({ rateLimit }) => rateLimit ?? []);
  const near = atOneRate(flows).flatMap(({ rateLimit }) => rateLimit ?? []);
  if (near.length < LEAST_FLOWS || near.length * 2 <= limits.length) return undefined;
  const rates = near.map((limit) => limit.rateBps);
  const bursts = near.map((limit) => limit.burstBytes);
  const share = (kind: RateLimit["kind"]): number =>
    near.filter((limit) => limit.kind === kind).length / near.length;
  return {
    kind: share("ragged") > 0.5 ? "ragged" : share("saw-tooth") >= share("smooth") ? "saw-tooth" : "smooth",
    flows: near.length,
    rateBps: median(rates),
    lowBps: Math.min(...rates),
    highBps: Math.max(...rates),
    burstBytes: median(bursts),
    isOneDepth: Math.max(...bursts) <= ONE_DEPTH_FACTOR * Math.min(...bursts),
  };
}

/** Those that are held to a rate near the middle of all that are. */
export function atOneRate(flows: readonly Flow[]): readonly Flow[] {
  const limits = flows.flatMap(({ rateLimit }) => rateLimit ?? []);
  if (limits.length === 0) return [];
  const middleBps = median(limits.map(({ rateBps }) => rateBps));
  const most = Math.sqrt(SAME_RATE_FACTOR);
  return flows.filter(
    ({ rateLimit }) =>
      rateLimit && rateLimit.rateBps * most >= middleBps && rateLimit.rateBps <= middleBps * most,
  );
}

/**
 * A rate that fewer than half of the flows show is not theirs. Those that ended too soon to show it, and moved no more than
 * it lets by after a bucket of at most `mostBurstBytes`, do not count.
 */
export function isMostlyHeld(
  held: HeldRate | undefined,
  flows: readonly Flow[],
  mostBurstBytes = POSSIBLE_BURST_BYTES / 2,
): held is HeldRate {
  return held !== undefined && held.flows * 2 > couldShow(held, flows, mostBurstBytes);
}

/** Flows that show a limit, or would show this one: the others ended within a bucket of at most `mostBurstBytes`. */
export function couldShow(held: HeldRate, flows: readonly Flow[], mostBurstBytes: number): number {
  return flows.filter((flow) => flow.rateLimit || !isWithin(flow, held, mostBurstBytes)).length;
}

function isWithin(flow: Flow, held: HeldRate, mostBurstBytes: number): boolean {
  const { isOpen, isLong, broken, freeze } = flow;
  return isOpen && !isLong && !broken && !freeze && !isBeyond(flow, held, mostBurstBytes);
}

/** It moved more than that rate lets by after a bucket of at most `mostBurstBytes`: it was not held to it. */
export function isBeyond({ observation }: Flow, held: HeldRate, mostBurstBytes: number): boolean {
  const { bytes = 0, durationUs = 0, connectUs = 0, handshakeUs = 0 } = observation;
  const us = durationUs - connectUs - handshakeUs;
  const burstBytes = Math.min(mostBurstBytes, held.burstBytes);
  return bytes > WITHIN_FACTOR * (burstBytes + (held.rateBps / 8e6) * us);
}

export interface HeldArms {
  readonly targets: readonly Flow[];
  readonly controls: readonly Flow[];
  readonly heldRate: HeldRate | undefined;
  readonly controlHeldRate: HeldRate | undefined;
}

/** Both sides are held to one rate, within `factor`: no box picked the target. */
export function isHeldAlike(
  { heldRate, controlHeldRate, targets, controls }: HeldArms,
  factor = SAME_RATE_FACTOR,
): boolean {
  if (!isMostlyHeld(heldRate, targets) || !isMostlyHeld(controlHeldRate, controls)) return false;
  const [low, high] = [heldRate.rateBps, controlHeldRate.rateBps].sort((a, b) => a - b);
  return high! <= factor * low!;
}

/** Controls that moved as much as flows that are held, or were slow themselves; all, where those are too few. */
export function controlsAsLarge(controls: readonly Flow[], targets: readonly Flow[]): readonly Flow[] {
  const held = targets.flatMap(({ rateLimit, observation }) => (rateLimit ? (observation.bytes ?? 0) : []));
  if (held.length < LEAST_FLOWS) return controls;
  const least = AS_LARGE_SHARE * median(held);
  // One that crept, and was ended for it, is no smaller flow.
  const asLarge = controls.filter(
    ({ isLong, rateLimit, observation }) => isLong || rateLimit || (observation.bytes ?? 0) >= least,
  );
  return asLarge.length >= LEAST_FLOWS ? asLarge : controls;
}
