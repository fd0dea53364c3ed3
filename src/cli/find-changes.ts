/** What changed between two moments, out of the store: as `changes` and the API's /changes tell it. */
import type { Attempt } from "../incident/attempt.ts";
import { type Change, changesSince } from "../incident/changes.ts";
import { affectedNames } from "../incident/event.ts";
import type { Incident } from "../incident/incident.ts";
import { lookForIncidents } from "../incident/look-for-incidents.ts";
import type { Store } from "../store/store.ts";
import { readIncidentInput } from "./incident-input.ts";
import { timeOf } from "./incidents-record.ts";

/** Before the first moment, for what was known by then. */
const PAST_MS = 30 * 24 * 3_600_000;

export interface FoundChanges {
  readonly found: readonly Change[];
  /** Attempts since the first moment. */
  readonly measuredSince: number;
}

export async function findChanges(
  store: Store,
  sinceMs: number,
  nowMs: number,
  country?: string,
): Promise<FoundChanges> {
  const asked = {
    ...{ since: timeOf(sinceMs - PAST_MS), until: timeOf(nowMs) },
    ...(country !== undefined && { country }),
  };
  const { attempts, question } = await readIncidentInput(store, asked, nowMs);
  const { timeline, audience, country: where } = question;
  const all = { timeline, audience, ...(where !== undefined && { country: where }) };
  const earlier = attempts.filter(({ timeMs }) => timeMs < sinceMs);
  const before = lookForIncidents(earlier, all).incidents;
  const now = lookForIncidents(attempts, all).incidents;
  return {
    found: changesSince(before, now, sinceMs, nowMs, lastMeasured(attempts)),
    measuredSince: attempts.filter(
      ({ timeMs, country: from }) => timeMs >= sinceMs && (where === undefined || from === where),
    ).length,
  };
}

export interface ChangeRecord {
  readonly type: "change";
  readonly kind: Change["kind"];
  readonly incident: string;
  readonly origin: Incident["origin"];
  readonly at: string;
  readonly sentence: string;
  readonly votes: number;
}

/** docs/format.md, "changes --json", without the links that depend on who tells it. */
export function changeRecord({ kind, incident, sentence, votes, atMs }: Change): ChangeRecord {
  const { id, origin } = incident;
  return { type: "change", kind, incident: id, origin, at: timeOf(atMs), sentence, votes };
}

/** When the names of an incident were last measured. */
function lastMeasured(attempts: readonly Attempt[]): (incident: Incident) => number {
  return ({ findings }) => {
    const names = affectedNames(findings[0]!.event);
    return attempts.reduce(
      (last, { target, timeMs }) => (names.has(target) ? Math.max(last, timeMs) : last),
      0,
    );
  };
}
