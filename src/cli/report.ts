/**
 * `brakelight report ID --out FOLDER`: an incident as a page with its evidence, signed; `brakelight report verify FOLDER`:
 * recomputes hashes, signature and the incident itself from the measurements inside, and says what differs.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { type Attempt, networkOf, withSpeeds } from "../incident/attempt.ts";
import { WEIGHTS_VERSION } from "../incident/attribution/weights.ts";
import { affectedNetworks, affectedTargets } from "../incident/event.ts";
import { subjectOf, whenWords } from "../incident/incident-sentences.ts";
import { lookForIncidents, type Question, type Told } from "../incident/look-for-incidents.ts";
import { isTroubled } from "../incident/neighbours.ts";
import { attemptOfEvidence, evidenceSchema, publicAttempts } from "../incident/report/evidence.ts";
import { binsOf, pictureOf } from "../incident/report/picture.ts";
import { timelineEntrySchema } from "../observation/timeline-entry.ts";
import { METHOD_VERSION } from "../verdict/verdict.ts";
import { CommandError, EXIT_NOT_MEASURED } from "./command-error.ts";
import { dataFolder } from "./data-folder.ts";
import { type IncidentOptions, readIncidentInput } from "./incident-input.ts";
import { type IncidentRecord, incidentRecord } from "./incidents-record.ts";
import { readBundle, writeBundle } from "./report-bundle.ts";
import { reportPage } from "./report-page.ts";
import { STORE_OPTION, withStore } from "./store-option.ts";

interface ReportOptions extends IncidentOptions {
  readonly store?: string;
  readonly out?: string;
  readonly key?: string;
}

const KEY_FILE = "report-key.pem";
const DAY_MS = 24 * 3_600_000;
const MOST_DIFFERENCES = 20;

const questionSchema = z.strictObject({
  audience: z.array(
    z.strictObject({
      country: z.string(),
      users: z.number(),
      source: z.string(),
      asn: z.int().exactOptional(),
    }),
  ),
  noticing: z.strictObject({ low: z.number(), high: z.number(), source: z.string() }).exactOptional(),
});

export function addReport(program: Command, version: string): void {
  const command = program
    .command("report")
    .description("an incident as a page with its evidence, signed; `report verify` checks one")
    .argument("<id>", "of an incident, as 'brakelight incidents' gives it")
    .option(...STORE_OPTION)
    .option("--out <folder>", "where it is written; without it a folder of the incident's name")
    .option("--country <code>", "only measurements from there: RU")
    .option("--since <time>", "7d, 2021-03-10 or RFC 3339")
    .option("--until <time>", "earlier than this")
    .option("--audience <file>", "CSV country,network,users,source")
    .option("--notice <share>", "share of those affected who notice, with its source")
    .option(
      "--key <file>",
      "Ed25519 key to sign with (PEM); without it the one in your data folder, made if need be",
    )
    .action((id: string, options: ReportOptions) => report(id, options, version));
  command
    .command("verify")
    .description("recompute a report from the measurements inside")
    .argument("<folder>", "of the report")
    .option("--json", "one JSON record")
    .action(verifyReport);
}

async function report(id: string, options: ReportOptions, version: string): Promise<void> {
  const folder = options.out ?? id;
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new CommandError(`${folder}: is not empty; give another folder with --out`);
  const { attempts, question } = await withStore(options.store, (store) =>
    readIncidentInput(store, options, Date.now()),
  );
  const wanted = lookForIncidents(attempts, question).incidents.find(({ incident }) => incident.id === id);
  if (!wanted) throw new CommandError(`${id}: no incident of this id; 'brakelight incidents' lists them`);
  const inOrder = withSpeeds(attempts);
  const { told, evidence, timeline } = evidenceFor(wanted, inOrder, question);
  const record = incidentRecord(told.incident, told.claims, told.impact);
  const { withheldNetworks, withheldAttempts } = evidence;
  const svg = pictureFor(record, told, evidence.evidence.map(attemptOfEvidence));
  const withheld =
    withheldAttempts > 0
      ? [
          `${withheldAttempts} measurements of ${withheldNetworks} networks seen from fewer than three places are left out.`,
        ]
      : [];
  const footer = [
    ...withheld,
    `Written by Brakelight ${version}; 'brakelight report verify' computes it anew from evidence.jsonl.`,
  ];
  const { audience, noticing } = question;
  const files = new Map([
    ["index.html", reportPage(record, svg, footer)],
    ["picture.svg", `${svg}\n`],
    ["incident.json", `${JSON.stringify(record, undefined, 2)}\n`],
    ["evidence.jsonl", linesOf(evidence.evidence)],
    ["timeline.jsonl", linesOf(timeline)],
    ["question.json", `${JSON.stringify({ audience, ...(noticing && { noticing }) })}\n`],
  ]);
  const about = {
    ...{
      incident: record.id,
      origin: record.origin,
      createdAt: new Date().toISOString(),
      program: `brakelight ${version}`,
    },
    ...{ methodVersion: METHOD_VERSION, weightsVersion: WEIGHTS_VERSION },
    ...(record.origin === "simulated" && { mark: "SIMULATED" as const }),
  };
  writeBundle(folder, files, about, options.key ?? join(dataFolder(), KEY_FILE));
  process.stdout.write(
    `${record.sentence}\n${folder}/index.html, with ${evidence.evidence.length} measurements and their signature\n`,
  );
}

/** The measurements about the time of the incident; all, where fewer do not show it. */
function evidenceFor(wanted: Told, attempts: readonly Attempt[], question: Question) {
  const { onset, end } = wanted.incident;
  const fromMs = (onset.fromMs ?? onset.toMs) - 2 * DAY_MS;
  const toMs = (end?.toMs ?? Number.POSITIVE_INFINITY) + DAY_MS;
  const near = attempts.filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs);
  for (const chosen of [near, attempts]) {
    const evidence = publicAttempts(chosen);
    const { timeline, audience, noticing } = question;
    const own = evidence.evidence.map(attemptOfEvidence);
    const found = lookForIncidents(own, { timeline, audience, ...(noticing && { noticing }) }).incidents;
    const told =
      found.find(({ incident }) => incident.id === wanted.incident.id) ??
      found.find((one) => isSame(one, wanted));
    if (told) return { told, evidence, timeline };
  }
  throw new CommandError(
    `${wanted.incident.id}: what may be given away (networks seen from three places or more) does not show it`,
    EXIT_NOT_MEASURED,
  );
}

function isSame({ incident: a }: Told, { incident: b }: Told): boolean {
  const names = new Set(affectedTargets(b.findings[0]!.event).map(({ target }) => target));
  return a.kind === b.kind && affectedTargets(a.findings[0]!.event).some(({ target }) => names.has(target));
}

function pictureFor(record: IncidentRecord, { incident }: Told, attempts: readonly Attempt[]): string {
  const { event } = incident.findings[0]!;
  const names = new Set(affectedTargets(event).map(({ target }) => target));
  const networks = new Set(affectedNetworks(event).map(({ asn, accessKind }) => networkOf(asn, accessKind)));
  const isSpeed = event.slow > event.troubles / 2;
  const votes = withSpeeds(attempts)
    .filter(
      ({ target, network, outcome, speed, answer }) =>
        names.has(target) &&
        (network === undefined || networks.has(network)) &&
        outcome !== "unclear" &&
        (!isSpeed || speed !== undefined || answer !== undefined),
    )
    .map((attempt) => ({ timeMs: attempt.timeMs, isTrouble: isTroubled(attempt) }));
  const marginMs = Math.max(
    3 * 3_600_000,
    ((incident.end?.toMs ?? incident.onset.toMs) - incident.onset.toMs) / 2,
  );
  const fromMs = Math.max(votes[0]?.timeMs ?? 0, (incident.onset.fromMs ?? incident.onset.toMs) - marginMs);
  const toMs = Math.min(
    votes.at(-1)?.timeMs ?? 0,
    (incident.end?.toMs ?? Number.POSITIVE_INFINITY) + marginMs,
  );
  return pictureOf({
    title: `${subjectOf(incident)}: ${record.kind}, ${whenWords(incident)}`,
    source: `${record.origin} data, Brakelight methods ${record.methodVersion}`,
    isSimulated: record.origin === "simulated",
    bins: binsOf(votes, fromMs, toMs),
    ...{ onset: incident.onset, entries: incident.timeline.filter(({ kind }) => kind !== "demands") },
    ...(incident.end && { end: incident.end }),
  });
}

function verifyReport(folder: string, options: { readonly json?: boolean }): void {
  const { manifest, files, problems, signedBy } = readBundle(folder);
  const found = [...problems];
  let recomputed = false;
  try {
    found.push(...recompute(files, manifest.incident));
    recomputed = true;
  } catch (error) {
    found.push(`it cannot be computed anew: ${(error as Error).message}`);
  }
  for (const [ours, theirs, name] of [
    [METHOD_VERSION, manifest.methodVersion, "methods"],
    [WEIGHTS_VERSION, manifest.weightsVersion, "weights"],
  ] as const)
    if (ours !== theirs) found.push(`it was made with ${name} ${theirs}, this program has ${ours}`);
  if (options.json)
    process.stdout.write(
      `${JSON.stringify({ type: "verification", incident: manifest.incident, holds: found.length === 0, recomputed, problems: found, ...(signedBy && { signedBy }) })}\n`,
    );
  else {
    for (const problem of found) process.stdout.write(`differs: ${problem}\n`);
    const mark = manifest.origin === "simulated" ? "SIMULATED: " : "";
    if (found.length === 0)
      process.stdout.write(
        `${mark}${manifest.incident}: hashes and signature hold, and the measurements inside give the same incident\nsigned by the key ${signedBy}\n`,
      );
  }
  if (found.length > 0) process.exitCode = 1;
}

/** Paths of the record that come out otherwise. */
function recompute(files: ReadonlyMap<string, string>, id: string): string[] {
  const attempts = parsedLines(files.get("evidence.jsonl"), "evidence.jsonl", evidenceSchema).map(
    attemptOfEvidence,
  );
  const timeline = parsedLines(files.get("timeline.jsonl"), "timeline.jsonl", timelineEntrySchema);
  const question = questionSchema.parse(JSON.parse(files.get("question.json") ?? "{}"));
  const { audience, noticing } = question;
  const found = lookForIncidents(attempts, { timeline, audience, ...(noticing && { noticing }) }).incidents;
  const told = found.find(({ incident }) => incident.id === id);
  if (!told) return [`the measurements inside give no incident ${id}`];
  const anew: unknown = JSON.parse(JSON.stringify(incidentRecord(told.incident, told.claims, told.impact)));
  const differences = differencesOf(JSON.parse(files.get("incident.json") ?? "null"), anew, "incident");
  return differences.slice(0, MOST_DIFFERENCES);
}

function differencesOf(written: unknown, anew: unknown, path: string): string[] {
  if (typeof written !== "object" || typeof anew !== "object" || written === null || anew === null)
    return Object.is(written, anew)
      ? []
      : [`${path} is ${shown(written)} in the report, and ${shown(anew)} from its measurements`];
  const keys = new Set([...Object.keys(written), ...Object.keys(anew)]);
  return [...keys].flatMap((key) =>
    differencesOf(
      (written as Record<string, unknown>)[key],
      (anew as Record<string, unknown>)[key],
      `${path}.${key}`,
    ),
  );
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "absent").slice(0, 60);
}

function parsedLines<T>(text: string | undefined, name: string, schema: z.ZodType<T>): T[] {
  if (text === undefined) throw new Error(`${name} is missing`);
  return text
    .split("\n")
    .filter(Boolean)
    .map((line, index) => {
      const parsed = schema.safeParse(JSON.parse(line));
      if (!parsed.success) throw new Error(`${name}, line ${index + 1}: ${parsed.error.issues[0]!.message}`);
      return parsed.data;
    });
}

function linesOf(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}
