/**
 * What is new since a moment: incidents that started, ended, spread to more networks or names, or that nobody measures any
 * more and that are uncertain therefore. One sentence each, that can be quoted with its sample size.
 */
import { networkOf } from "./attempt.ts";
import { affectedTargets, type Event, type Part } from "./event.ts";
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
/** So many networks or names that were spared before. */
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
    // Also what began before, and was too little to be told then.
    if (!known && (incident.end?.toMs ?? Number.POSITIVE_INFINITY) >= sinceMs)
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

/** To networks and names that were seen to be spared before: a growing sample is no spreading. */
function spreadWords(before: Incident, after: Incident): string | undefined {
  const [was, is] = [before.findings[0]!.event, after.findings[0]!.event];
  const more = (
    spared: readonly string[],
    affected: readonly string[],
    words: string,
  ): string | undefined => {
    const hit = affected.filter((one) => spared.includes(one)).length;
    return hit >= LEAST_SPREAD ? `${hit} more ${words} (${affected.length} now)` : undefined;
  };
  const networksIn = (event: Event, part: Part): string[] =>
    event.networks.flatMap((one) => (one.part === part ? networkOf(one.asn, one.accessKind) : []));
  const namesIn = (event: Event, part: Part): string[] =>
    event.targets.flatMap((one) => (one.part === part ? one.target : []));
  const networks = more(networksIn(was, "spared"), networksIn(is, "affected"), "networks");
  const names = more(namesIn(was, "spared"), namesIn(is, "affected"), "names");
  return networks && names ? `${networks} and ${names}` : (networks ?? names);
}
