/**
 * `brakelight report ID --out FOLDER`: an incident as a page with its evidence, signed. `report verify`: report-verify.ts.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { type Attempt, withSpeeds } from "../incident/attempt.ts";
import { WEIGHTS_VERSION } from "../incident/attribution/weights.ts";
import { affectedNames } from "../incident/event.ts";
import { lookForIncidents, type Question, type Told } from "../incident/look-for-incidents.ts";
import { publicAttempts } from "../incident/report/evidence.ts";
import { METHOD_VERSION } from "../verdict/verdict.ts";
import { CommandError, EXIT_NOT_MEASURED } from "./command-error.ts";
import { dataFolder } from "./data-folder.ts";
import { type IncidentOptions, readIncidentInput } from "./incident-input.ts";
import { writeBundle } from "./report-bundle.ts";
import { type ReportFiles, reportFiles } from "./report-files.ts";
import { verifyReport } from "./report-verify.ts";
import { STORE_OPTION, withKnownStore } from "./store-option.ts";

interface ReportOptions extends IncidentOptions {
  readonly store?: string;
  readonly out?: string;
  readonly key?: string;
}

const KEY_FILE = "report-key.pem";
const DAY_MS = 24 * 3_600_000;

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
  if (options.key !== undefined && !existsSync(options.key))
    throw new CommandError(`--key ${options.key}: there is no such file`);
  const { attempts, question } = await withKnownStore(options.store, (store) =>
    readIncidentInput(store, options, Date.now()),
  );
  const wanted = lookForIncidents(attempts, question).incidents.find(({ incident }) => incident.id === id);
  if (!wanted) throw new CommandError(`${id}: no incident of this id; 'brakelight incidents' lists them`);
  const program = `brakelight ${version}`;
  const { record, files } = filesFor(wanted, withSpeeds(attempts), question, program);
  const about = {
    ...{ incident: record.id, origin: record.origin, createdAt: new Date().toISOString(), program },
    ...{ methodVersion: METHOD_VERSION, weightsVersion: WEIGHTS_VERSION },
    ...(record.origin === "simulated" && { mark: "SIMULATED" as const }),
  };
  writeBundle(folder, files, about, options.key ?? join(dataFolder(), KEY_FILE));
  const other = record.id === id ? "" : `as ${record.id}, which is how it looks in what may be given away\n`;
  process.stdout.write(
    `${record.sentence}\n${other}${folder}/index.html, with its measurements and their signature\n`,
  );
}

/** Of the measurements about the time of the incident; of all, where fewer do not show it. */
function filesFor(
  wanted: Told,
  attempts: readonly Attempt[],
  question: Question,
  program: string,
): ReportFiles {
  const { onset, end, id } = wanted.incident;
  const fromMs = (onset.fromMs ?? onset.toMs) - 2 * DAY_MS;
  const toMs = (end?.toMs ?? Number.POSITIVE_INFINITY) + DAY_MS;
  const near = attempts.filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs);
  const { timeline, audience, noticing } = question;
  for (const chosen of [near, attempts]) {
    const { evidence, withheldNetworks, withheldAttempts } = publicAttempts(chosen);
    const asked = {
      ...{ audience, program, withheld: { networks: withheldNetworks, attempts: withheldAttempts } },
      ...(noticing && { noticing }),
    };
    const made =
      reportFiles(evidence, timeline, asked, ({ incident }) => incident.id === id) ??
      reportFiles(evidence, timeline, asked, (told) => isSame(told, wanted));
    if (made) return made;
  }
  throw new CommandError(
    `${id}: what may be given away (networks seen from three places or more) does not show it`,
    EXIT_NOT_MEASURED,
  );
}

/** Of one kind, with a name in common, and at one time. */
function isSame({ incident: a }: Told, { incident: b }: Told): boolean {
  const names = affectedNames(b.findings[0]!.event);
  const endOf = ({ end }: Told["incident"]): number => end?.toMs ?? Number.POSITIVE_INFINITY;
  return (
    a.kind === b.kind &&
    a.onset.toMs <= endOf(b) &&
    b.onset.toMs <= endOf(a) &&
    [...affectedNames(a.findings[0]!.event)].some((name) => names.has(name))
  );
}
