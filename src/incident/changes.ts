/**
 * What is new since a moment: incidents that started, ended, spread to more networks or names, or that nobody measures any
 * more and that are uncertain therefore. One sentence each, that can be quoted with its sample size.
 */
import { affectedNetworks, affectedTargets } from "./event.ts";
import type { Incident } from "./incident.ts";
import { boundsWords, incidentSentence, RECONSTRUCTION, subjectOf } from "./incident-sentences.ts";
import type { Told } from "./look-for-incidents.ts";

export const CHANGE_KINDS = ["started", "ended", "spread", "uncertain"] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export interface Change {
  readonly kind: ChangeKind;
  readonly incident: Incident;
  readonly sentence: string;
  /** Measurements that it rests on. */
  readonly votes: number;
  /** When it may have happened, at the latest. */
  readonly atMs: number;
}

/** Nothing was measured of it for so long: uncertain. */
const SILENCE_MS = 2 * 24 * 3_600_000;
/** So many more networks or names, as a share, and at least this number. */
const SPREAD_SHARE = 0.25;
const LEAST_SPREAD = 2;

/** `before`: incidents of what was measured before `sinceMs`; `now`: of all. `lastOf`: when an incident's names were last measured. */
export function changesSince(
  before: readonly Told[],
  now: readonly Told[],
  sinceMs: number,
  nowMs: number,
  lastOf: (incident: Incident) => number,
): Change[] {
  const changes: Change[] = [];
  for (const { incident } of now) {
    const known = before.find(({ incident: other }) => isSame(other, incident))?.incident;
    const { event } = incident.findings[0]!;
    const change = (kind: ChangeKind, words: string, atMs: number): void => {
      changes.push({ kind, incident, sentence: words, votes: event.votes, atMs });
    };
    const sample = `(trouble in ${event.troubles} of ${event.votes} measurements)`;
    const about = `${incident.origin === "simulated" ? RECONSTRUCTION : ""}${subjectOf(incident)}`;
    if (!known && incident.onset.toMs >= sinceMs)
      change("started", incidentSentence(incident), incident.onset.toMs);
    if (incident.end && incident.end.toMs >= sinceMs && known?.end === undefined)
      change(
        "ended",
        `${about}: ${kindWords(incident)} ended ${boundsWords(incident.end)} ${sample}.`,
        incident.end.toMs,
      );
    if (incident.end) continue;
    const spread = known && spreadWords(known, incident);
    if (spread)
      change("spread", `${about}: ${kindWords(incident)} spread to ${spread} ${sample}.`, lastOf(incident));
    const lastMs = lastOf(incident);
    if (nowMs - lastMs >= SILENCE_MS && lastMs + SILENCE_MS >= sinceMs)
      change(
        "uncertain",
        `${about}: nothing was measured since ${new Date(lastMs).toISOString().slice(0, 10)}; whether the ${kindWords(incident)} goes on is not known ${sample}.`,
        lastMs + SILENCE_MS,
      );
  }
  return changes.sort((a, b) => b.atMs - a.atMs);
}

function isSame(a: Incident, b: Incident): boolean {
  if (a.kind !== b.kind) return false;
  const names = new Set(namesOf(a));
  const overlaps = (a.end?.toMs ?? Number.POSITIVE_INFINITY) >= (b.onset.fromMs ?? 0);
  return overlaps && namesOf(b).some((name) => names.has(name));
}

function namesOf({ kind, findings }: Incident): string[] {
  const { event } = findings[0]!;
  return kind === "general-slowdown"
    ? event.networks.map(({ asn }) => `AS${asn}`)
    : affectedTargets(event).map(({ target }) => target);
}

function kindWords({ kind }: Incident): string {
  return kind === "general-slowdown" ? "general slowdown" : kind;
}

function spreadWords(before: Incident, after: Incident): string | undefined {
  const more = (count: (incident: Incident) => number, words: string): string | undefined => {
    const [was, is] = [count(before), count(after)];
    return is - was >= Math.max(LEAST_SPREAD, SPREAD_SHARE * was)
      ? `${is - was} more ${words} (${is} now)`
      : undefined;
  };
  const networks = more(({ findings }) => affectedNetworks(findings[0]!.event).length, "networks");
  const names = more((incident) => namesOf(incident).length, "names");
  return networks && names ? `${networks} and ${names}` : (networks ?? names);
}
