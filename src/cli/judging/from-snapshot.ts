/** Questions answered out of a snapshot: what was judged of the whole store, of the country and the time that are asked for. */
import type { Records } from "../../server/api/judgements.ts";
import type { Scope } from "../../store/store.ts";
import { gapRecord } from "../serve-judgements.ts";
import type { Snapshot } from "./snapshot.ts";

const LEAST_GAP_MS = 24 * 3_600_000;

type Span = Pick<Scope, "sinceMs" | "untilMs" | "country">;

/** `snapshot.networks` has no times: of the whole time. */
export function networksIn({ networks }: Snapshot, country: string | undefined): Records {
  return country === undefined ? networks : networks.filter((record) => record["country"] === country);
}

/** Those that may overlap the time, and the gaps in what was measured then; up to now where only a beginning is asked for. */
export function incidentsIn(snapshot: Snapshot, { sinceMs, untilMs, country }: Span, nowMs: number): Records {
  const until = untilMs ?? (sinceMs === undefined ? Number.POSITIVE_INFINITY : nowMs);
  const since = sinceMs ?? Number.NEGATIVE_INFINITY;
  const lastMs = snapshot.lastMs ?? 0;
  const found = snapshot.incidents.filter(({ record, countries }) => {
    const { onset, end } = record as unknown as Times;
    const fromMs = onset.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(onset.from);
    const toMs = end === undefined ? lastMs : Date.parse(end.to);
    return (country === undefined || countries.includes(country)) && fromMs < until && toMs >= since;
  });
  return [...found.map(({ record }) => record), ...gapsIn(snapshot, since, until).map(gapRecord)];
}

interface Times {
  readonly onset: { readonly from?: string };
  readonly end?: { readonly to: string };
}

export function changesIn({ changes }: Snapshot, country: string | undefined): Records {
  return changes.found
    .filter(({ countries }) => country === undefined || countries.includes(country))
    .map(({ record }) => record);
}

/** Of the whole store, cut to the time; what lies before the first measurement and after the last counts where it is asked for. */
function gapsIn(
  { firstMs, lastMs, gaps }: Snapshot,
  sinceMs: number,
  untilMs: number,
): { fromMs: number; toMs: number }[] {
  const around =
    firstMs === undefined || lastMs === undefined
      ? [{ fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }]
      : [
          { fromMs: Number.NEGATIVE_INFINITY, toMs: firstMs },
          ...gaps,
          { fromMs: lastMs, toMs: Number.POSITIVE_INFINITY },
        ];
  return around
    .map(({ fromMs, toMs }) => ({ fromMs: Math.max(fromMs, sinceMs), toMs: Math.min(toMs, untilMs) }))
    .filter(
      ({ fromMs, toMs }) => Number.isFinite(fromMs) && Number.isFinite(toMs) && toMs - fromMs >= LEAST_GAP_MS,
    );
}
