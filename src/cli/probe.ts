/**
 * `brakelight probe TARGET...`: measures from here whether names are throttled, by pairs of transfers, and says what
 * ruled the other explanations out. Wires the probe (which never judges) to the judge (which never sends).
 */
import type { Command } from "commander";
import { askControls } from "../probe/surroundings/ask-controls.ts";
import { lookAtSurroundings } from "../probe/surroundings/surroundings.ts";
import { CommandError, EXIT_NOT_MEASURED } from "./command-error.ts";
import { controlVisit } from "./control-visit.ts";
import { DailyBytes } from "./daily-bytes.ts";
import { appendReport, readDays, recordDays } from "./data-folder.ts";
import { nodeDiaryEffects } from "./diary-effects.ts";
import { Sink } from "./output.ts";
import { explainedSeconds, waitsSeconds } from "./probe-budget.ts";
import { type Catalogue, catalogueOf, evidenceIn, intentLines, readLanguage } from "./probe-catalogue.ts";
import { type Contact, obtainConsent } from "./probe-consent.ts";
import { refuseOwnControl } from "./probe-control.ts";
import { JITTER_SHARE, keepDiary, readInterval, type Turn } from "./probe-diary.ts";
import {
  checkNeutral,
  checkPlace,
  checkReportFile,
  findControls,
  findPlace,
  findSites,
  type ProbeFlags,
  readAnnotations,
  readBytes,
  readFailOn,
  readNumber,
  readPatience,
  readSeed,
  readSite,
  readTargets,
  readTrust,
  USUAL_SITES,
} from "./probe-options.ts";
import { speak } from "./probe-output.ts";
import type { ProbeVerdict } from "./probe-record.ts";
import { ooniMeasurement } from "./probe-report.ts";
import { checkResolver, resolverFor, USUAL_RESOLVER } from "./probe-resolver.ts";
import { measureRounds } from "./probe-rounds.ts";
import { readCollector, submit } from "./probe-submit.ts";
import { addressesOf, relayOf } from "./probe-way.ts";
import { TaintedServers } from "./tainted-servers.ts";

const EXIT_FAIL_ON = 10;
/** A measurement with less than this says nothing. */
const LEAST_DIARY_BYTES = 1e6;
const LEAST_FLOW_BYTES = 20_000;
const BUDGET = "20MB";
/** Forty connections more, each until it can be told. */
const EXPLAIN_BUDGET = "50MB";
const MOST_LANES = 8;
const MOST_SECONDS = 3600;

export function addProbe(program: Command, version: string): void {
  const several = (word: string, words: string[]): string[] => [...words, word];
  program
    .command("probe")
    .description("measure from here: is a name throttled, how, and at what rate")
    .argument("[target...]", "names or https URLs; a URL of a large object makes the best target")
    .option("-i, --input <target>", "another target; may be given again", several, [])
    .option("-f, --input-file <file>", "targets, one a line, or a Citizen Lab list (CSV)")
    .option(
      "--control <address>",
      "a control server (brakelight control-server), ADDRESS or ADDRESS:PORT; given again: the next one, where the target's name taints the first",
      several,
      [],
    )
    .option("--connect <address>", "where the target's name is sent instead of its own address")
    .option("--site <url>", "a control site; may be given again (default: two usual ones)", several, [])
    .option("--neutral <name>", "the name that the target's is compared with (default: a made-up one)")
    .option(
      "--resolver <address>",
      `a second name server to ask for the targets' names (default: ${USUAL_RESOLVER}; none: nobody)`,
    )
    .option("--ca <file>", "PEM file of an authority to trust beside the system's")
    .option("--insecure", "go on with certificates that cannot be verified")
    .option("--budget-bytes <n>", "most bytes for each target (default: 20MB, with --explain 50MB)")
    .option("--budget-seconds <n>", "most time for each target", "30")
    .option("--flow-bytes <n>", "payload of each transfer", "275kB")
    .option("--lanes <n>", "transfers side by side", "6")
    .option(
      "--explain",
      "also find trigger, place and what gets past it (needs --control; two minutes in all)",
    )
    .option(
      "--patient [longest]",
      "of --explain: also for how long a box remembers a connection that is still (15s to 16m; default 15m, and takes that long)",
    )
    .option("--seed <n>", "draw the same order again")
    .option("-y, --yes", "consent to what the first run shows")
    .option("--dry-run", "only show what would be contacted")
    .option("--json", "one JSON record a target (docs/format.md)")
    .option(
      "-o, --reportfile <file>",
      "where the report goes (default: report.jsonl in the data folder; import reads it)",
    )
    .option("--no-report", "write no report")
    .option("--submit <url>", "also send the report to this collector (default: nothing is sent to anybody)")
    .option("--probe-services <url>", "the same as --submit, as miniooni calls it")
    .option("-n, --no-collector", "send the report to nobody, --submit or not")
    .option("--no-capture", "do not capture the own flows, though this user may")
    .option("-A, --annotation <key=value>", "put into the report; may be given again", several, [])
    .option("--every <interval>", "keep a diary: measure again every 30m, 6h, 1d ...")
    .option("--jitter", "of a diary: start up to a quarter of the interval earlier or later")
    .option("--daily-bytes <n>", "of a diary: most bytes a day", "200MB")
    .option("--lang <en|ru>", "language of what is said (default: the system's, else English)")
    .option(
      "--fail-on <states>",
      "exit with 10 when a target is in one of these states: throttled,blocked,down,insufficient,invalid,ok (also what is only probably so: unpaired in the record)",
    )
    .action((words: string[], flags: ProbeFlags) => probe(words, flags, version));
}

async function probe(words: readonly string[], flags: ProbeFlags, version: string): Promise<void> {
  const targets = readTargets(words, flags);
  const language = readLanguage(flags.lang, process.env);
  const failOn = readFailOn(flags.failOn);
  const annotations = readAnnotations(flags.annotation);
  const budgetBytes = readBytes(
    "--budget-bytes",
    flags.budgetBytes ?? (flags.explain ? EXPLAIN_BUDGET : BUDGET),
  );
  const budgetSeconds = readNumber("--budget-seconds", flags.budgetSeconds, 1, MOST_SECONDS);
  const flowBytes = Math.max(LEAST_FLOW_BYTES, readBytes("--flow-bytes", flags.flowBytes));
  const lanes = Math.floor(readNumber("--lanes", flags.lanes, 1, MOST_LANES));
  const trust = readTrust(flags);
  if (flags.explain && flags.control.length === 0) {
    throw new CommandError("--explain needs a control server: --control ADDRESS (brakelight control-server)");
  }
  const patientSeconds = flags.patient === undefined ? 0 : waitsSeconds(readPatience(flags.patient));
  if (flags.patient !== undefined && !flags.explain)
    throw new CommandError("--patient goes with --explain: it asks what --explain asks, and waits");
  const submitTo = flags.submit ?? flags.probeServices;
  const collector = submitTo === undefined || !flags.collector ? undefined : readCollector(submitTo);
  const everyMs = flags.every === undefined ? undefined : readInterval("--every", flags.every);
  if (flags.jitter && everyMs === undefined)
    throw new CommandError("--jitter is of a diary: add --every 6h, or leave it out");
  const dailyBytes = readBytes("--daily-bytes", flags.dailyBytes);
  for (const text of flags.control) checkPlace("--control", text);
  if (flags.connect !== undefined) checkPlace("--connect", flags.connect);
  if (flags.resolver !== undefined) checkResolver(flags.resolver);
  if (flags.neutral !== undefined) checkNeutral(flags.neutral, targets);
  if (flags.seed !== undefined) readSeed(flags.seed);
  if (flags.report && flags.reportfile !== undefined) checkReportFile(flags.reportfile);
  const siteUrls = flags.site.length > 0 ? flags.site : USUAL_SITES;
  for (const url of siteUrls) readSite(url);
  const resolvers = new Set(targets.flatMap((target) => resolverFor(flags, target) ?? []));
  const intent = {
    contacts: [
      // Measured is HTTPS, whatever a list says.
      ...targets.map(({ text }): Contact => ({ place: text.replace(/^http:/i, "https:"), role: "target" })),
      ...(flags.connect === undefined ? [] : [{ place: flags.connect, role: "stand-in" } as const]),
      ...[...resolvers].map((place): Contact => ({ place, role: "resolver" })),
      ...flags.control.map((place): Contact => ({ place, role: "server" })),
      ...siteUrls.map((place): Contact => ({ place, role: "site" })),
      ...(collector ? [{ place: collector.host, role: "collector" } as const] : []),
    ],
    budgetBytes,
    // Explaining moves what is left of the bytes.
    budgetSeconds: (flags.explain ? explainedSeconds(budgetSeconds) : budgetSeconds) + patientSeconds,
    explains: flags.explain ?? false,
    ...(everyMs === undefined ? {} : { dailyBytes }),
  };
  if (flags.dryRun) {
    process.stdout.write(`${intentLines(intent, language).join("\n")}\n`);
    return;
  }
  await obtainConsent(intent, flags.yes ?? false, language);
  const sink = new Sink();
  const common = { trust, flowBytes, budgetMs: budgetSeconds * 1000, lanes };
  const tainted = new TaintedServers();
  /** Files of which it was said that the report lies there. */
  const reports = new Set<string>();
  let hasFailed = false;
  let hasMeasured = false;
  /** Looks at the surroundings anew each time: a diary runs for days. */
  const measureAll = async (
    mostBytes: number,
    moved: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<void> => {
    const isLeftOut =
      (what: string) =>
      (name: string): void => {
        const sentence = `the ${what} ${name} has no address from here, and is left out`;
        process.stderr.write(`brakelight: ${evidenceIn(sentence, language)}\n`);
      };
    // Side by side: where no name server answers, each is waited for long.
    const [controlServers, connect, sites] = await Promise.all([
      findControls(flags.control, isLeftOut("control server")),
      flags.connect === undefined ? undefined : findPlace("--connect", flags.connect),
      findSites(siteUrls, isLeftOut("control site")),
    ]);
    // A laboratory's proxy has no plain HTTP of its own to be asked for.
    const ofControls = relayOf() ? Promise.resolve([]) : askControls(sites.map(({ name }) => name));
    const surroundings = await lookAtSurroundings();
    const visitControl = controlVisit(relayOf() ? [] : sites, trust);
    const means = {
      ...{
        flags,
        language,
        controlServers,
        tainted,
        connect,
        surroundings,
        ofControls,
        visitControl,
        signal,
      },
    };
    let left = mostBytes;
    for (const target of targets) {
      if (signal.aborted || left <= 0) return;
      // Where the name is sent elsewhere on purpose, the user knows.
      if (!connect && controlServers.length > 0) {
        const refusal = refuseOwnControl(target, await addressesOf(target.name), controlServers);
        if (refusal !== undefined && targets.length === 1) throw new CommandError(refusal);
        if (refusal !== undefined) {
          process.stderr.write(`${target.text} is left out: ${refusal}\n`);
          continue;
        }
      }
      const bounded = { ...common, sites, budgetBytes: Math.min(budgetBytes, left) };
      const measured = await measureRounds(target, bounded, means);
      const { verdict, observations } = measured;
      left -= verdict.bytes;
      moved(verdict.bytes);
      sink.line(flags.json ? JSON.stringify(verdict) : speak(verdict, observations, language));
      sink.flush();
      hasFailed ||= failOn.has(verdict.state);
      // What a name server does is told without any transfer.
      hasMeasured ||=
        observations.some(({ connectUs }) => connectUs !== undefined) ||
        (verdict.state !== "insufficient" && verdict.state !== "invalid");
      const parts = { ...measured, input: target.text, annotations };
      const report = ooniMeasurement({ ...parts, softwareVersion: version });
      if (flags.report) {
        const path = writeReport(JSON.stringify(report), flags.reportfile);
        if (!flags.json && !reports.has(path))
          process.stderr.write(`${catalogueOf(language).report(path)}\n`);
        reports.add(path);
      }
      if (collector) await send(report, verdict.origin, collector, catalogueOf(language));
    }
  };
  if (everyMs === undefined) {
    const ending = nodeDiaryEffects.ending();
    await measureAll(Number.POSITIVE_INFINITY, () => {}, ending.signal);
    ending.release();
  } else {
    const diary = {
      everyMs,
      jitterShare: flags.jitter ? JITTER_SHARE : 0,
      budget: new DailyBytes(dailyBytes, readDays()),
      leastBytes: LEAST_DIARY_BYTES,
    };
    const turn = ({ mostBytes, moved, signal }: Turn): Promise<void> =>
      measureAll(
        mostBytes,
        (bytes) => {
          moved(bytes);
          recordDays(diary.budget.days());
        },
        signal,
      );
    await keepDiary(diary, turn, nodeDiaryEffects);
  }
  if (hasFailed) process.exitCode = EXIT_FAIL_ON;
  else if (!hasMeasured) process.exitCode = EXIT_NOT_MEASURED;
}

/** What was not taken is said, and ends nothing: the report lies in its file. */
async function send(
  report: Record<string, unknown>,
  origin: ProbeVerdict["origin"],
  collector: URL,
  say: Pick<Catalogue, "submitted" | "notSubmitted">,
): Promise<void> {
  try {
    if (origin === "simulated") throw new Error("what was measured in a laboratory goes to no collector");
    const { measurement_uid, deletion_token } = await submit(report, collector);
    process.stderr.write(`${say.submitted(collector.host, measurement_uid, deletion_token)}\n`);
  } catch (error) {
    process.stderr.write(`${say.notSubmitted((error as Error).message)}\n`);
  }
}

/** Returns where it lies. */
function writeReport(line: string, path: string | undefined): string {
  try {
    return appendReport(line, path);
  } catch (error) {
    throw new CommandError(
      `the report cannot be written: ${(error as Error).message}; say --no-report or -o FILE`,
    );
  }
}
