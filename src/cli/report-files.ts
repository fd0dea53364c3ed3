/**
 * The files of a report, all made of the evidence and what it is held beside: so that whoever has these can make the others
 * again, and see whether they are the same.
 */
import { z } from "zod";
import { subjectOf, whenWords } from "../incident/incident-sentences.ts";
import { lookForIncidents, type Told } from "../incident/look-for-incidents.ts";
import { attemptOfEvidence, type Evidence } from "../incident/report/evidence.ts";
import { pictureOf } from "../incident/report/picture.ts";
import type { TimelineEntry } from "../observation/timeline-entry.ts";
import { type IncidentRecord, incidentRecord } from "./incidents-record.ts";
import { reportPage } from "./report-page.ts";

export const REPORT_FILES = [
  "index.html",
  "picture.svg",
  "incident.json",
  "evidence.jsonl",
  "timeline.jsonl",
  "question.json",
] as const;

const count = z.int().nonnegative();

/** What the evidence is held beside, and what was left out of it. */
export const questionSchema = z.strictObject({
  audience: z
    .array(
      z.strictObject({
        country: z.string(),
        users: z.number(),
        source: z.string(),
        asn: z.int().exactOptional(),
      }),
    )
    .readonly(),
  noticing: z.strictObject({ low: z.number(), high: z.number(), source: z.string() }).exactOptional(),
  withheld: z.strictObject({ networks: count, attempts: count }),
  program: z.string().max(100),
});
export type ReportQuestion = z.infer<typeof questionSchema>;

export interface ReportFiles {
  readonly record: IncidentRecord;
  /** In the order of REPORT_FILES. */
  readonly files: ReadonlyMap<string, string>;
}

/** Undefined: the evidence does not show the incident that is wanted. */
export function reportFiles(
  evidence: readonly Evidence[],
  timeline: readonly TimelineEntry[],
  question: ReportQuestion,
  isWanted: (told: Told) => boolean,
): ReportFiles | undefined {
  const attempts = evidence.map(attemptOfEvidence);
  const { audience, noticing, withheld, program } = question;
  const told = lookForIncidents(attempts, {
    timeline,
    audience,
    ...(noticing && { noticing }),
  }).incidents.find(isWanted);
  if (!told) return undefined;
  const record = incidentRecord(told);
  const svg = pictureFor(record, told);
  const { networks, attempts: leftOut } = withheld;
  const footer = [
    ...(leftOut > 0
      ? [
          `${leftOut} measurements of ${networks} networks seen from fewer than three places are left out: figures differ from those of the whole store.`,
        ]
      : []),
    `Written by ${program}; 'brakelight report verify' computes it anew from evidence.jsonl.`,
  ];
  const texts: Readonly<Record<(typeof REPORT_FILES)[number], string>> = {
    "index.html": reportPage(record, svg, footer),
    "picture.svg": `${svg}\n`,
    "incident.json": `${JSON.stringify(record, undefined, 2)}\n`,
    "evidence.jsonl": linesOf(evidence),
    "timeline.jsonl": linesOf(timeline),
    "question.json": `${JSON.stringify(question)}\n`,
  };
  return { record, files: new Map(REPORT_FILES.map((name) => [name, texts[name]])) };
}

function pictureFor(record: IncidentRecord, { incident, course }: Told): string {
  const { onset, end } = incident;
  return pictureOf({
    title: `${subjectOf(incident)}: ${record.kind}, ${whenWords(incident)}`,
    source: `${record.origin} data, Brakelight methods ${record.methodVersion}`,
    isSimulated: record.origin === "simulated",
    bins: course,
    ...{ onset, entries: incident.timeline.filter(({ kind }) => kind !== "demands") },
    ...(end && { end }),
  });
}

function linesOf(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}
