/**
 * From attempts and announcements to incidents with their claims and impact: what every command and page that tells of
 * incidents asks. Pure.
 */
import type { TimelineEntry } from "../observation/timeline-entry.ts";
import { type Attempt, withSpeeds } from "./attempt.ts";
import { type ClaimJudgement, judgeClaims, predicateProblem } from "./claim.ts";
import { courseOf } from "./course.ts";
import { eventsIn } from "./detect/find-events.ts";
import { affectedNetworks, type Event } from "./event.ts";
import { type Audience, type Impact, impactOf, type Noticing } from "./impact.ts";
import { type Incident, incidentsOf } from "./incident.ts";
import type { Bin } from "./report/picture.ts";

export interface Question {
  readonly timeline: readonly TimelineEntry[];
  readonly audience: readonly Audience[];
  readonly noticing?: Noticing;
  /** Only incidents that may overlap this time. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** Only incidents that affect a network there; measurements of other countries still count. */
  readonly country?: string;
}

export interface Told {
  readonly incident: Incident;
  readonly claims: readonly ClaimJudgement[];
  readonly impact?: Impact;
  readonly course: readonly Bin[];
}

export interface Findings {
  readonly incidents: readonly Told[];
  /** Claims about times of which nothing, or nothing conspicuous, was measured. */
  readonly leftClaims: readonly ClaimJudgement[];
  /** Times asked about in which nothing was measured, at least a day long. */
  readonly gaps: readonly Gap[];
  /** In the time asked about, from the country asked about. */
  readonly attempts: number;
}

export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
}

const LEAST_GAP_MS = 24 * 3_600_000;

export function lookForIncidents(attempts: readonly Attempt[], question: Question): Findings {
  return lookInOrder(withSpeeds(attempts), question);
}

/** The same of attempts in order of time, held against their controls already (withSpeeds). */
export function lookInOrder(inOrder: readonly Attempt[], question: Question): Findings {
  const {
    timeline,
    audience,
    noticing,
    country,
    sinceMs = Number.NEGATIVE_INFINITY,
    untilMs = Number.POSITIVE_INFINITY,
  } = question;
  const lastMs = inOrder.at(-1)?.timeMs ?? 0;
  const incidents = incidentsOf(eventsIn(inOrder), inOrder, timeline)
    .filter(({ findings }) => country === undefined || isIn(findings[0]!.event, country))
    .filter(
      ({ onset, end }) =>
        (onset.fromMs ?? Number.NEGATIVE_INFINITY) < untilMs && (end?.toMs ?? lastMs) >= sinceMs,
    )
    .map((incident): Told => {
      const { event, attributions } = incident.findings[0]!;
      return {
        incident,
        claims: judgeClaims(incident, attributions),
        course: courseOf(incident, inOrder),
        ...(audience.length > 0 && { impact: impactOf(event, audience, noticing, lastMs) }),
      };
    });
  const gaps = gapsIn(inOrder, sinceMs, untilMs);
  const judged = new Set(incidents.flatMap(({ claims }) => claims.map(({ entry }) => entry)));
  const leftClaims = timeline
    .filter((entry) => {
      const ms = Date.parse(entry.time);
      return entry.predicate !== undefined && !judged.has(entry) && ms >= sinceMs && ms < untilMs;
    })
    .map((entry) => leftClaim(entry, inOrder));
  const asked = inOrder.filter(
    (attempt) =>
      attempt.timeMs >= sinceMs &&
      attempt.timeMs < untilMs &&
      (country === undefined || attempt.country === country),
  ).length;
  return { incidents, leftClaims, gaps, attempts: asked };
}

function isIn(event: Event, country: string): boolean {
  return affectedNetworks(event).some((network) => network.country === country);
}

function leftClaim(entry: TimelineEntry, attempts: readonly Attempt[]): ClaimJudgement {
  const problem = predicateProblem(entry.predicate!);
  if (problem !== undefined) return { entry, state: "not-testable", because: problem };
  const ms = Date.parse(entry.time);
  const near = attempts.some(({ timeMs }) => Math.abs(timeMs - ms) < LEAST_GAP_MS);
  const because = near
    ? "no incident was found in what was measured at that time"
    : "nothing was measured within a day of it; needed: attempts to reach what it speaks of, from several networks and from abroad";
  return { entry, state: "not-testable", because };
}

/** Within the time asked about, or, where it has no bounds, within that of the measurements. */
function gapsIn(attempts: readonly Attempt[], sinceMs: number, untilMs: number): Gap[] {
  const gaps: Gap[] = [];
  const inside = attempts.filter(({ timeMs }) => timeMs >= sinceMs && timeMs < untilMs);
  let before = Number.isFinite(sinceMs) ? sinceMs : inside[0]?.timeMs;
  if (before === undefined) return gaps;
  const after = Number.isFinite(untilMs) ? [untilMs] : [];
  for (const timeMs of [...inside.map((attempt) => attempt.timeMs), ...after]) {
    if (timeMs - before >= LEAST_GAP_MS) gaps.push({ fromMs: before, toMs: timeMs });
    before = timeMs;
  }
  return gaps;
}
