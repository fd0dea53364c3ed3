/**
 * What flows reach with the line to themselves, where those side by side took each other's speed: looks at another name after the
 * target's was measured, and the rate of targets that little ran beside (their own control ends long before they do).
 */
import type { Observation } from "../../observation/observation.ts";
import { median } from "../../stats/quantile.ts";
import type { Flow } from "./flow.ts";
import { LEAST_FLOWS, POSSIBLE_BURST_BYTES } from "./thresholds.ts";

export interface QuietLine {
  /** Looks of no pair that were tried after a target had ended. */
  readonly looks: number;
  /** Of them those large enough to tell a speed. Controls of pairs that were alone by chance are the fast ones, and no part of it. */
  readonly largeLooks: number;
  /** Median of three large ones and more, past slow start. */
  readonly steadyBps: number | undefined;
  /** Targets that went on for as long as a rate needs to show itself, with little beside them. */
  readonly targets: number;
  /** Median of the rates that they show, if most do. */
  readonly rateBps: number | undefined;
}

/** What runs beside a flow for no more of its time has not made it what it is: one line is met in all parts of that time. */
const MOST_BESIDE = 0.5;

/** `alone`: looks at the control, with nothing beside them. */
export function quietLine(
  targets: readonly Flow[],
  alone: readonly Flow[],
  observations: readonly Observation[],
): QuietLine {
  const late = alone.filter(({ startMs }) => targets.some(({ endMs }) => endMs <= startMs));
  const speeds = late.flatMap(({ rateLimit, steadyBps, observation }) => {
    if (rateLimit) return [rateLimit.rateBps];
    return steadyBps !== undefined && (observation.bytes ?? 0) > POSSIBLE_BURST_BYTES ? [steadyBps] : [];
  });
  const quiet = targets.filter((flow) => (flow.rateLimit || flow.isLong) && isQuiet(flow, observations));
  const rates = quiet.flatMap(({ rateLimit }) => rateLimit?.rateBps ?? []);
  return {
    ...{
      looks: late.length,
      largeLooks: speeds.length,
      targets: quiet.length,
    },
    steadyBps: speeds.length >= LEAST_FLOWS ? median(speeds) : undefined,
    rateBps: rates.length * 2 > quiet.length ? median(rates) : undefined,
  };
}

/** Of the time in which it was slow. */
function isQuiet({ observation, slowSinceMs, endMs }: Flow, observations: readonly Observation[]): boolean {
  const beside = observations.flatMap((other) => {
    if (other === observation || other.time === undefined) return [];
    const otherMs = Date.parse(other.time);
    const fromMs = Math.max(slowSinceMs, otherMs);
    const toMs = Math.min(endMs, otherMs + (other.durationUs ?? 0) / 1000);
    return toMs > fromMs ? [{ fromMs, toMs }] : [];
  });
  return unionMs(beside) <= MOST_BESIDE * (endMs - slowSinceMs);
}

/** How long at least one of them lasted. */
function unionMs(spans: readonly { readonly fromMs: number; readonly toMs: number }[]): number {
  let sum = 0;
  let reachedMs = Number.NEGATIVE_INFINITY;
  for (const { fromMs, toMs } of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    sum += Math.max(0, toMs - Math.max(fromMs, reachedMs));
    reachedMs = Math.max(reachedMs, toMs);
  }
  return sum;
}
