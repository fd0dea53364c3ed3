/** What `serve` is asked about sets and incidents, answered as the commands `networks` and `incidents` do. */
import { groupBy } from "../base/group-by.ts";
import { seededRandom } from "../base/random.ts";
import type { Judgements } from "../server/api/judgements.ts";
import type { Scope, Store } from "../store/store.ts";
import { judgeCountry } from "../verdict/set/judge-country.ts";
import type { SpeedRow } from "../verdict/set/speed-row.ts";
import { changeRecord, findChanges } from "./find-changes.ts";
import { findIncidents } from "./incident-input.ts";
import { incidentRecord, timeOf } from "./incidents-record.ts";
import { countryRecords } from "./networks-record.ts";

/** Of what is drawn in judging, as the command has it by default. */
const SEED = 1;

export function judgementsOf(store: Store): Judgements {
  return {
    networks: async (scope) => {
      const rows: SpeedRow[] = [];
      for await (const batch of store.speedRows(scope)) for (const row of batch) rows.push(row);
      return [...groupBy(rows, ({ country }) => country)]
        .sort(([, a], [, b]) => b.length - a.length)
        .flatMap(([country, own]) => countryRecords(country, judgeCountry(own, seededRandom(SEED))));
    },
    changes: async ({ country, sinceMs, untilMs }) => {
      const { found } = await findChanges(store, sinceMs!, untilMs!, country);
      return found.map(changeRecord);
    },
    incidents: async (scope) => {
      const { incidents, gaps } = await findIncidents(store, optionsOf(scope), Date.now());
      return [
        ...incidents.map(incidentRecord),
        ...gaps.map(({ fromMs, toMs }) => ({
          ...{ type: "gap", from: timeOf(fromMs), to: timeOf(toMs) },
          because: "this store holds no measurements of this time: what happened in it cannot be told",
        })),
      ];
    },
  };
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
