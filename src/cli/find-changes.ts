/** What changed between two moments, out of the store: as `changes` and the API's /changes tell it. */
import type { Attempt } from "../incident/attempt.ts";
import { type Change, changesSince } from "../incident/changes.ts";
import { affectedNames } from "../incident/event.ts";
import type { Incident } from "../incident/incident.ts";
import { lookInOrder, type Question, type Told } from "../incident/look-for-incidents.ts";
import type { Store } from "../store/store.ts";
import { readIncidentInput, PAST_MS as USUAL_MS } from "./incident-input.ts";
import { timeOf } from "./incidents-record.ts";
import type { TimeSpan } from "./moment.ts";

/** Before the first moment, for what was known by then. */
const PAST_MS = 30 * 24 * 3_600_000;
/** And for what was usual then. */
const READ_BEFORE_MS = PAST_MS + USUAL_MS;

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
  const { country: where } = question;
  return {
    found: changesAmong(attempts, question, { sinceMs, untilMs: nowMs }),
    measuredSince: attempts.filter(
      ({ timeMs, country: from }) => timeMs >= sinceMs && (where === undefined || from === where),
    ).length,
  };
}

/** `attempts` in order of time, held against their controls; `incidents`: all of them, where that is known already. */
export function changesAmong(
  attempts: readonly Attempt[],
  { timeline, audience, country }: Question,
  { sinceMs, untilMs }: Required<TimeSpan>,
  incidents?: readonly Told[],
): readonly Change[] {
  const all = { timeline, audience, ...(country !== undefined && { country }) };
  const fromMs = sinceMs - READ_BEFORE_MS;
  const near = attempts.filter(({ timeMs }) => timeMs >= fromMs && timeMs < untilMs);
  const earlier = near.filter(({ timeMs }) => timeMs < sinceMs);
  const before = lookInOrder(earlier, all).incidents;
  const isAll = incidents !== undefined && near.length === attempts.length;
  const now = isAll ? incidents : lookInOrder(near, all).incidents;
  return changesSince(before, now, sinceMs, untilMs, lastMeasured(near));
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
