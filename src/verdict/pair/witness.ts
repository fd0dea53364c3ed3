/**
 * Whether a control went well while a target's flow was slow, stood still or broke: then what hit the flow did not hit the
 * line. A control that crawled meanwhile and was fast before or after is no witness: the line itself may have been bad.
 */
import type { Flow } from "./flow.ts";
import { FASTER_FACTOR } from "./thresholds.ts";

/** More than a handshake, and than what one window brings that left before the line went bad. */
const LEAST_WITNESS_BYTES = 30_000;

export function isWitnessed(flow: Flow, controls: readonly Flow[]): boolean {
  return controls.some((control) => control.speedBps !== undefined && wentWellBeside(control, flow));
}

function wentWellBeside(control: Flow, flow: Flow): boolean {
  const fromMs = Math.max(control.startMs, flow.slowSinceMs);
  const toMs = Math.min(control.endMs, slowUntilMs(flow));
  if (toMs < fromMs) return false;
  // What somebody ends at once is over before anything can move beside it, and no bad line does that.
  if (flow.broken !== undefined && flow.broken !== "timeout") return true;
  const moved = movedWithin(control, fromMs, toMs);
  return (
    moved >= LEAST_WITNESS_BYTES &&
    moved >= FASTER_FACTOR * movedWithin(flow, Math.max(fromMs, flow.slowSinceMs), toMs)
  );
}

/** A handshake that is late is over when it is done, whatever follows but silence. */
function slowUntilMs(flow: Flow): number {
  const { isOpen, rateLimit, freeze, broken, handshakeUs, observation, startMs, endMs } = flow;
  if (!isOpen || rateLimit || freeze || broken === "timeout" || handshakeUs === undefined) return endMs;
  return startMs + ((observation.connectUs ?? 0) + handshakeUs) / 1000;
}

function movedWithin({ observation: { samples = [] }, startMs }: Flow, fromMs: number, toMs: number): number {
  const movedBy = (ms: number): number =>
    samples.findLast(({ elapsedUs }) => elapsedUs <= (ms - startMs) * 1000)?.bytes ?? 0;
  return movedBy(toMs) - movedBy(fromMs);
}
