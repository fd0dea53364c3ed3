/**
 * What flows reach with the line to themselves, where those side by side took each other's speed: looks at another name after the
 * target's was measured, and the rate of targets that nothing but their own control, and looks, ran beside.
 */
import type { Observation } from "../../observation/observation.ts";
import { median } from "../../stats/quantile.ts";
import type { Flow } from "./flow.ts";
import { isApart } from "./taint.ts";
import { LEAST_FLOWS, POSSIBLE_BURST_BYTES } from "./thresholds.ts";

export interface QuietLine {
  /** Looks that were tried after a target had ended, and how many of them were large enough to tell a speed. */
  readonly looks: number;
  readonly largeLooks: number;
  /** Median of three large ones and more, past slow start. */
  readonly steadyBps: number | undefined;
  /** Median of the rates that targets show then. */
  readonly rateBps: number | undefined;
}

/** `looks`: at the control, with nothing beside them. */
export function quietLine(
  targets: readonly Flow[],
  looks: readonly Flow[],
  observations: readonly Observation[],
): QuietLine {
  const late = looks.filter(({ startMs }) => targets.some(({ endMs }) => endMs <= startMs));
  const speeds = late.flatMap(({ rateLimit, steadyBps, observation }) => {
    if (rateLimit) return [rateLimit.rateBps];
    return steadyBps !== undefined && (observation.bytes ?? 0) > POSSIBLE_BURST_BYTES ? [steadyBps] : [];
  });
  const rates = targets.flatMap((flow) =>
    flow.rateLimit && isQuiet(flow, observations) ? [flow.rateLimit.rateBps] : [],
  );
  return {
    ...{ looks: late.length, largeLooks: speeds.length },
    steadyBps: speeds.length >= LEAST_FLOWS ? median(speeds) : undefined,
    rateBps: rates.length > 0 ? median(rates) : undefined,
  };
}

function isQuiet(flow: Flow, observations: readonly Observation[]): boolean {
  const { pair, comparison, direction } = flow.observation;
  return observations.every(
    (other) =>
      other.pair === undefined ||
      (other.pair === pair && other.comparison === comparison && other.direction === direction) ||
      isApart(flow, other),
  );
}
