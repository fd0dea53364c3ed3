/** What `serve` is asked about sets and incidents, answered as the commands `networks` and `incidents` do. */
import { groupBy } from "../base/group-by.ts";
import { seededRandom } from "../base/random.ts";
import type { Judgements, Records } from "../server/api/judgements.ts";
import { Refusal } from "../server/refusal.ts";
import type { Scope, Store } from "../store/store.ts";
import { judgeCountry } from "../verdict/set/judge-country.ts";
import type { SpeedRow } from "../verdict/set/speed-row.ts";
import { changeRecord, findChanges } from "./find-changes.ts";
import { findIncidents } from "./incident-input.ts";
import { incidentRecord, timeOf } from "./incidents-record.ts";
import type { TimeSpan } from "./moment.ts";
import { countryRecords, type NetworkRecord } from "./networks-record.ts";

/** Of what is drawn in judging, as the command has it by default. */
const SEED = 1;
const MINUTE_MS = 60_000;
const WEEK_MS = 7 * 24 * 60 * MINUTE_MS;
/** Late enough after the last measurement for what has gone silent to be told. */
const SILENCE_TOLD_MS = 3 * 24 * 60 * MINUTE_MS;

export function judgementsOf(store: Store, nowMs: () => number = Date.now): Judgements {
  return {
    networks: async (scope) => ({ records: await networkRecords(store, scope) }),
    changes: async (scope) => {
      const { lastMs } = await store.summary();
      if (lastMs === undefined) return { records: [] };
      const span = changesSpan(scope, lastMs, nowMs());
      const { found } = await findChanges(store, span.sinceMs, span.untilMs, scope.country);
      return { records: found.map(changeRecord), span };
    },
    incidents: async (scope) => {
      const { incidents, gaps } = await findIncidents(store, optionsOf(scope), nowMs());
      return { records: [...incidents.map(incidentRecord), ...gaps.map(gapRecord)] };
    },
  };
}

/** Countries in order of their rows. */
export async function networkRecords(store: Store, scope: Scope): Promise<readonly NetworkRecord[]> {
  const rows: SpeedRow[] = [];
  for await (const batch of store.speedRows(scope)) for (const row of batch) rows.push(row);
  return [...groupBy(rows, ({ country }) => country)]
    .sort(([, a], [, b]) => b.length - a.length)
    .flatMap(([country, own]) => countryRecords(country, judgeCountry(own, seededRandom(SEED))));
}

/** The week up to now, or up to three days after the last measurement. */
export function weekOf(lastMs: number, nowMs: number): Required<TimeSpan> {
  return changesSpan({}, lastMs, nowMs);
}

/** What is not said of it: up to now, and the week before its end. */
export function changesSpan(
  { sinceMs, untilMs }: TimeSpan,
  lastMs: number,
  nowMs: number,
): Required<TimeSpan> {
  const now = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  const until = untilMs ?? Math.min(now, lastMs + SILENCE_TOLD_MS);
  const since = sinceMs ?? until - WEEK_MS;
  if (since >= until) throw new Refusal(400, "until is not later than since");
  return { sinceMs: since, untilMs: until };
}

export function gapRecord({
  fromMs,
  toMs,
}: {
  readonly fromMs: number;
  readonly toMs: number;
}): Records[number] {
  return {
    ...{ type: "gap", from: timeOf(fromMs), to: timeOf(toMs) },
    because: "this store holds no measurements of this time: what happened in it cannot be told",
  } as Records[number];
}

function optionsOf({ country, sinceMs, untilMs }: Scope): {
  country?: string;
  since?: string;
  until?: string;
} {
  return {
    ...(country !== undefined && { country }),
    ...(sinceMs !== undefined && { since: timeOf(sinceMs) }),
    ...(untilMs !== undefined && { until: timeOf(untilMs) }),
  };
}
