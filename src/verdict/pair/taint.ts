/**
 * Whether the target's name tainted the control's address: some boxes slow all that follows to an address down once it was
 * sent there (Turkey, OONI 2023), and a control there says nothing then.
 */
import type { Observation } from "../../observation/observation.ts";
import type { Flow } from "./flow.ts";
import { type HeldRate, isMostlyHeld } from "./held-rate.ts";
import { DELAYED_FACTOR, FASTER_FACTOR, LEAST_DELAY_US, LEAST_FLOWS, SLOWER_FACTOR } from "./thresholds.ts";

/** Times of observations are whole milliseconds. */
const CLOCK_STEP_MS = 1;

/** Nothing else was under way meanwhile. */
export function isAlone(
  { observation, startMs, endMs }: Flow,
  observations: readonly Observation[],
): boolean {
  return observations.every((other) => {
    if (other === observation || other.time === undefined) return true;
    const otherMs = Date.parse(other.time);
    const otherEndMs = otherMs + (other.durationUs ?? 0) / 1000;
    return endMs <= otherMs + CLOCK_STEP_MS || startMs >= otherEndMs - CLOCK_STEP_MS;
  });
}

/**
 * Most controls are held to a rate, or shake hands late, that the first look at the address, before the target's name was
 * ever sent there, was far from. `looks`: at the control alone, in order; only a later one tells a taint from flows that
 * share a thin line.
 */
export function taintOf(
  {
    targets,
    controls,
    controlHeldRate,
  }: {
    readonly targets: readonly Flow[];
    readonly controls: readonly Flow[];
    readonly controlHeldRate: HeldRate | undefined;
  },
  looks: readonly Flow[],
): "tainted" | "maybe-tainted" | undefined {
  const [before, ...later] = looks;
  if (!before?.isOpen || !before.observation.bytes) return undefined;
  // A look after the name was sent is none at how the address was before.
  if (targets.some(({ startMs }) => startMs + CLOCK_STEP_MS < before.endMs)) return undefined;
  const isLate = ({ handshakeUs = 0 }: Flow): boolean =>
    handshakeUs >= LEAST_DELAY_US && handshakeUs >= DELAYED_FACTOR * (before.handshakeUs ?? handshakeUs);
  const ofPairs = controls.filter(({ observation }) => observation.pair !== undefined);
  const late = ofPairs.filter(isLate);
  const isHeld =
    isMostlyHeld(controlHeldRate, controls) &&
    (before.speedBps ?? 0) > FASTER_FACTOR * controlHeldRate.rateBps;
  if (!isHeld && !(late.length >= LEAST_FLOWS && late.length * 2 > ofPairs.length)) return undefined;
  const after = later.at(-1);
  if (!after) return "maybe-tainted";
  const isSlow = (after.speedBps ?? 0) * SLOWER_FACTOR < (before.speedBps ?? 0);
  return isSlow || isLate(after) ? "tainted" : undefined;
}
