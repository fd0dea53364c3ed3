/**
 * The record of an incident as `incidents --json`, reports and the API give it, and its schema (docs/format.md). Times are
 * RFC 3339 in UTC; networks seen from fewer than three places are counted and not told, so that nobody is.
 */
import { z } from "zod";
import { WEIGHTS_VERSION } from "../incident/attribution/weights.ts";
import type { Bounds } from "../incident/detect/scan.ts";
import { affectedNetworks, EVENT_KINDS, type Event } from "../incident/event.ts";
import type { Impact } from "../incident/impact.ts";
import type { Finding } from "../incident/incident.ts";
import {
  attributionSentence,
  bothSidesSentence,
  incidentSentence,
  RECONSTRUCTION,
} from "../incident/incident-sentences.ts";
import type { Told } from "../incident/look-for-incidents.ts";
import { timelineEntrySchema } from "../observation/timeline-entry.ts";
import { ACCESS_KINDS, ORIGINS, REACHES } from "../observation/vocabulary.ts";
import { METHOD_VERSION } from "../verdict/verdict.ts";
import { LEAST_PLACES } from "./networks-record.ts";

const text = z.string().min(1);
const count = z.int().nonnegative();
const share = z.number().min(0).max(1);
const bounds = z.strictObject({ from: z.iso.datetime().exactOptional(), to: z.iso.datetime() });
const part = z.enum(["affected", "spared", "insufficient"]);
const interval = z.strictObject({ low: z.number(), high: z.number() });

const attributionSchema = z.strictObject({
  question: z.enum(["where", "what", "linked"]),
  sentence: text,
  answers: z.array(z.strictObject({ answer: text, probability: share })),
  leading: z.array(text),
  missing: text.exactOptional(),
  evidence: z.array(
    z.strictObject({
      id: text,
      group: text,
      says: text,
      size: count.exactOptional(),
      likelihoods: z.record(text, share),
    }),
  ),
});

const findingSchema = z.strictObject({
  role: z.enum(["main", "collateral", "other-side"]),
  kind: z.enum(EVENT_KINDS),
  onset: bounds,
  end: bounds.exactOptional(),
  reach: z.enum(REACHES),
  targets: z.array(
    z.strictObject({ target: text, hostingAsn: count.exactOptional(), part, troubles: count, votes: count }),
  ),
  networks: z.array(
    z.strictObject({
      asn: z.int().positive(),
      networkName: text.exactOptional(),
      country: text.exactOptional(),
      accessKind: z.enum(ACCESS_KINDS).exactOptional(),
      ...{ part, troubles: count, votes: count },
    }),
  ),
  networksWithheld: count,
  /** Told and withheld. */
  networksAffected: count,
  failures: z.record(text, count),
  slow: count,
  troubles: count,
  votes: count,
  usual: share,
  speeds: z.strictObject({ targetBps: z.number(), controlBps: z.number(), pairs: count }).exactOptional(),
  attributions: z.array(attributionSchema),
  measurementIds: z.array(text),
});

const factor = z.strictObject({ name: text, low: z.number(), high: z.number(), source: text });

export const incidentRecordSchema = z.strictObject({
  type: z.literal("incident"),
  id: text,
  kind: z.enum(EVENT_KINDS),
  origin: z.enum(ORIGINS),
  sentence: text,
  onset: bounds,
  end: bounds.exactOptional(),
  findings: z.array(findingSchema).min(1),
  bothSides: text.exactOptional(),
  patterns: z.array(z.strictObject({ pattern: text, names: z.array(text) })),
  collateral: z.array(
    z.strictObject({
      target: text,
      how: z.enum(["name", "address", "host"]),
      shared: text,
      troubles: count,
      votes: count,
    }),
  ),
  impact: z
    .strictObject({
      state: z.enum(["estimated", "absent"]),
      factors: z.array(factor),
      users: interval.exactOptional(),
      userHours: interval.exactOptional(),
      missing: text.exactOptional(),
    })
    .exactOptional(),
  claims: z.array(
    z.strictObject({
      who: text.exactOptional(),
      ...{ text, source: text, predicate: text, because: text },
      state: z.enum(["supported", "contradicted", "not-testable"]),
    }),
  ),
  timeline: z.array(timelineEntrySchema),
  course: z
    .array(z.strictObject({ from: z.iso.datetime(), to: z.iso.datetime(), troubles: count, votes: count }))
    .exactOptional(),
  methodVersion: text,
  weightsVersion: text,
});
export type IncidentRecord = z.infer<typeof incidentRecordSchema>;

export function incidentRecord({ incident, claims, impact, course }: Told): IncidentRecord {
  const { id, kind, origin, onset, end, findings, patterns, collateral, timeline } = incident;
  const bothSides = bothSidesSentence(findings[0]!.attributions);
  return {
    ...{
      type: "incident",
      id,
      kind,
      origin,
      sentence: incidentSentence(incident),
      onset: boundsRecord(onset),
    },
    ...(end && { end: boundsRecord(end) }),
    findings: findings.map(findingRecord),
    ...(bothSides !== undefined && {
      bothSides: `${origin === "simulated" ? RECONSTRUCTION : ""}${bothSides}`,
    }),
    patterns: patterns.map(({ text: pattern, hit }) => ({ pattern, names: [...hit] })),
    collateral: [...collateral],
    ...(impact && { impact: impactRecord(impact) }),
    claims: claims.map(({ entry: { who, text: said, source, predicate }, state, because }) => ({
      ...(who !== undefined && { who }),
      ...{ text: said, source, predicate: predicate!, state, because },
    })),
    timeline: [...timeline],
    course: course.map(({ fromMs, toMs, troubles, votes }) => ({
      ...{ from: timeOf(fromMs), to: timeOf(toMs), troubles, votes },
    })),
    ...{ methodVersion: METHOD_VERSION, weightsVersion: WEIGHTS_VERSION },
  };
}

function findingRecord({ role, event, attributions }: Finding): IncidentRecord["findings"][number] {
  const { kind, onset, end, reach, failures, slow, troubles, votes, usual, speeds, measurementIds } = event;
  const mark = event.origin === "simulated" ? RECONSTRUCTION : "";
  const told = event.networks.filter((network) => isTold(network, event));
  return {
    ...{ role, kind, onset: boundsRecord(onset), reach },
    ...(end && { end: boundsRecord(end) }),
    targets: event.targets.map(({ target, hostingAsn, part: own, troubles: own1, votes: own2 }) => ({
      ...{ target, part: own, troubles: own1, votes: own2 },
      ...(hostingAsn !== undefined && { hostingAsn }),
    })),
    networks: told.map(({ places: _, ...network }) => network),
    networksWithheld: event.networks.length - told.length,
    networksAffected: affectedNetworks(event).length,
    ...{ failures: { ...failures }, slow, troubles, votes, usual },
    ...(speeds && { speeds }),
    attributions: attributions.map((attribution) => {
      const { question, answers, leading, evidence, missing } = attribution;
      return {
        ...{
          question,
          sentence: `${mark}${attributionSentence(attribution)}`,
          answers: [...answers],
          leading: [...leading],
        },
        ...(missing !== undefined && { missing }),
        evidence: evidence.map(({ id, group, says, size, likelihoods }) => ({
          ...{ id, group, says, likelihoods },
          ...(size !== undefined && { size }),
        })),
      };
    }),
    measurementIds: [...measurementIds],
  };
}

/** Nobody lives in a simulation. */
function isTold({ places }: Event["networks"][number], { origin }: Event): boolean {
  return origin === "simulated" || places >= LEAST_PLACES;
}

function impactRecord(impact: Impact): NonNullable<IncidentRecord["impact"]> {
  const factors = impact.factors.map((one) => ({ ...one }));
  return impact.state === "absent"
    ? { state: "absent", factors, missing: impact.missing }
    : { state: "estimated", factors, users: impact.users, userHours: impact.userHours };
}

export function boundsRecord({ fromMs, toMs }: Bounds): { from?: string; to: string } {
  return { ...(fromMs !== undefined && { from: timeOf(fromMs) }), to: timeOf(toMs) };
}

export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
