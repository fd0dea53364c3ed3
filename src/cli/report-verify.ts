/**
 * `brakelight report verify FOLDER`: hashes and signature, and everything else made anew from the evidence inside: the
 * record, the page, the picture, and the mark of what was simulated. Says what differs; exit code 1 where anything does.
 */
import { z } from "zod";
import { WEIGHTS_VERSION } from "../incident/attribution/weights.ts";
import { evidenceSchema } from "../incident/report/evidence.ts";
import { timelineEntrySchema } from "../observation/timeline-entry.ts";
import { METHOD_VERSION } from "../verdict/verdict.ts";
import { type Manifest, readBundle } from "./report-bundle.ts";
import { questionSchema, REPORT_FILES, reportFiles } from "./report-files.ts";

const MOST_DIFFERENCES = 20;

export function verifyReport(folder: string, options: { readonly json?: boolean }): void {
  const { manifest, files, problems, signedBy } = readBundle(folder, REPORT_FILES);
  const found = [...problems];
  let recomputed = false;
  try {
    found.push(...recompute(files, manifest));
    recomputed = true;
  } catch (error) {
    found.push(`it cannot be computed anew: ${reasonOf(error)}`);
  }
  for (const [ours, theirs, name] of [
    [METHOD_VERSION, manifest.methodVersion, "methods"],
    [WEIGHTS_VERSION, manifest.weightsVersion, "weights"],
  ] as const)
    if (ours !== theirs) found.push(`it was made with ${name} ${theirs}, this program has ${ours}`);
  const { incident, origin } = manifest;
  if (options.json) {
    const record = {
      type: "verification",
      incident,
      origin,
      holds: found.length === 0,
      recomputed,
      problems: found,
    };
    process.stdout.write(`${JSON.stringify({ ...record, ...(signedBy && { signedBy }) })}\n`);
  } else {
    const mark = origin === "simulated" ? "SIMULATED: " : "";
    for (const problem of found) process.stdout.write(`${mark}differs: ${problem}\n`);
    if (found.length === 0)
      process.stdout.write(
        `${mark}${incident}: hashes and signature hold, and the measurements inside give the same incident\nsigned by the key ${signedBy}\n`,
      );
  }
  if (found.length > 0) process.exitCode = 1;
}

/** One line: of a record that is not as it should be, where. */
function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) {
    const [first] = error.issues;
    return `${first?.path.join(".") || "a record"}: ${first?.message ?? "not as it should be"}`;
  }
  return (error as Error).message.split("\n", 1)[0]!;
}

/** What comes out otherwise than it was written. */
function recompute(files: ReadonlyMap<string, string>, { incident: id, origin, mark }: Manifest): string[] {
  const evidence = parsedLines(files.get("evidence.jsonl"), "evidence.jsonl", evidenceSchema);
  const timeline = parsedLines(files.get("timeline.jsonl"), "timeline.jsonl", timelineEntrySchema);
  const question = questionSchema.parse(JSON.parse(files.get("question.json") ?? "{}"));
  const simulated = evidence.filter((one) => one.origin === "simulated").length;
  if (simulated > 0 && simulated < evidence.length) return ["simulated measurements are mixed with others"];
  const anew = reportFiles(evidence, timeline, question, ({ incident }) => incident.id === id);
  if (!anew) return [`the measurements inside give no incident ${id}`];
  const problems: string[] = [];
  if (anew.record.origin !== origin)
    problems.push(`its origin is ${anew.record.origin}, and the manifest says ${origin}`);
  if ((mark === "SIMULATED") !== (anew.record.origin === "simulated"))
    problems.push("the mark of simulated measurements is wrong in the manifest");
  const record: unknown = JSON.parse(JSON.stringify(anew.record));
  problems.push(
    ...differencesOf(JSON.parse(files.get("incident.json") ?? "null"), record, "incident").slice(
      0,
      MOST_DIFFERENCES,
    ),
  );
  for (const name of ["index.html", "picture.svg"])
    if (files.get(name) !== anew.files.get(name)) problems.push(`${name} is not what the measurements give`);
  return problems;
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
