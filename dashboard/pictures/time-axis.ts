/** One axis of time that several drawings above each other share, UTC. */
import type * as Plot from "@observablehq/plot";

export const LEFT = 46;
export const RIGHT = 12;

export interface TimeAxis {
  readonly fromMs: number;
  readonly toMs: number;
  readonly widthPx: number;
  /** px of a time; outside of the axis: its edge. */
  readonly x: (ms: number) => number;
}

export function timeAxis(fromMs: number, toMs: number, widthPx: number): TimeAxis {
  const spanMs = Math.max(1, toMs - fromMs);
  const room = widthPx - LEFT - RIGHT;
  const x = (ms: number): number => LEFT + (room * (Math.min(toMs, Math.max(fromMs, ms)) - fromMs)) / spanMs;
  return { fromMs, toMs, widthPx, x };
}

/** As Plot takes it; hours of 24, and the date where it begins. */
export function xOf({ fromMs, toMs, widthPx }: TimeAxis): Plot.ScaleOptions {
  let last = "";
  return {
    ...{ type: "utc", domain: [new Date(fromMs), new Date(toMs)], label: null },
    ticks: Math.max(2, Math.floor(widthPx / 110)),
    tickFormat: (time: Date, at: number) => {
      const [day, clock] = [time.toISOString().slice(0, 10), time.toISOString().slice(11, 16)];
      if (toMs - fromMs > 4 * 86_400_000) return day;
      const isNew = at === 0 || day !== last;
      last = day;
      return isNew ? `${clock}\n${day}` : clock;
    },
  };
}

/** Drawings below each other, as one. */
export function stacked(parts: readonly SVGElement[], widthPx: number): SVGElement {
  const whole = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  let height = 0;
  for (const part of parts) {
    part.setAttribute("y", String(height));
    height += Number(part.getAttribute("height"));
    whole.append(part);
  }
  whole.setAttribute("width", String(widthPx));
  whole.setAttribute("height", String(height));
  return whole;
}
