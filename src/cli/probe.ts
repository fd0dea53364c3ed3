/**
 * `brakelight probe TARGET...`: measures from here whether names are throttled, by pairs of transfers, and says what
 * ruled the other explanations out. Wires the probe (which never judges) to the judge (which never sends).
 */
import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { seededRandom } from "../base/random.ts";
import type { Observation, TransferDirection } from "../observation/observation.ts";
import type { Origin } from "../observation/vocabulary.ts";
import { LiveCapture } from "../probe/capture/live-capture.ts";
import { armsOf, type MeasureOptions, measureTarget } from "../probe/measure-target.ts";
import type { NamedPlace, Place } from "../probe/pairs/arms.ts";
import type { ProbeTarget } from "../probe/probe-target.ts";
import { reachTarget } from "../probe/reach/reach.ts";
import type { Reach } from "../probe/reach/reach-record.ts";
import { lookAtSurroundings, type Surroundings } from "../probe/surroundings/surroundings.ts";
import { hasToldEnough, isSlowingDown } from "../verdict/pair/is-enough.ts";
import { judgePairs, type PairPlan } from "../verdict/pair/judge-pairs.ts";
import type { PairJudgement } from "../verdict/pair/pair-judgement.ts";
import { METHOD_VERSION } from "../verdict/verdict.ts";
import { CommandError } from "./command-error.ts";
import { appendReport } from "./data-folder.ts";
import { Sink } from "./output.ts";
import { judgeCapture, withPackets } from "./probe-capture.ts";
import { describeIntent, obtainConsent } from "./probe-consent.ts";
import {
  addressesOf,
  findPlace,
  findSites,
  type ProbeFlags,
  readAnnotations,
  readBytes,
  readFailOn,
  readNumber,
  readTargets,
  readTrust,
  USUAL_SITES,
} from "./probe-options.ts";
import { LiveLine, speak } from "./probe-output.ts";
import type { ProbeVerdict } from "./probe-record.ts";
import { ooniMeasurement } from "./probe-report.ts";

const EXIT_FAIL_ON = 10;
const REACH_TIMEOUT_MS = 8000;
const LEAST_FLOW_BYTES = 20_000;
const MOST_LANES = 8;
const MOST_SECONDS = 3600;
/** Set by `lab exec`: what is measured there is simulated. */
const LABORATORY_VARIABLE = "BRAKELIGHT_LABORATORY";

export function addProbe(program: Command, version: string): void {
  const several = (word: string, words: string[]): string[] => [...words, word];
  program
    .command("probe")
    .description("measure from here: is a name throttled, how, and at what rate")
    .argument("[target...]", "names or https URLs; a URL of a large object makes the best target")
    .option("-i, --input <target>", "another target; may be given again", several, [])
    .option("-f, --input-file <file>", "targets, one a line, or a Citizen Lab list")
    .option("--control <address>", "a control server (brakelight control-server), ADDRESS or ADDRESS:PORT")
    .option("--connect <address>", "where the target's name is sent instead of its own address")
    .option("--site <url>", "a control site; may be given again (default: two usual ones)", several, [])
    .option("--neutral <name>", "the name that the target's is compared with (default: a made-up one)")
    .option("--resolver <address>", "a second name server to ask")
    .option("--ca <file>", "PEM file of an authority to trust beside the system's")
    .option("--insecure", "go on with certificates that cannot be verified")
    .option("--budget-bytes <n>", "most bytes for each target", "20MB")
    .option("--budget-seconds <n>", "most time for each target", "30")
    .option("--flow-bytes <n>", "payload of each transfer", "275kB")
    .option("--lanes <n>", "transfers side by side", "6")
    .option("--seed <n>", "draw the same order again")
    .option("-y, --yes", "consent to what the first run shows")
    .option("--dry-run", "only show what would be contacted")
    .option("--json", "one JSON record a target (docs/format.md)")
    .option("-o, --reportfile <file>", "where the report goes (default: report.jsonl in the data folder)")
    .option("--no-report", "write no report")
    .option("--no-capture", "do not capture the own flows, though this user may")
    .option("-A, --annotation <key=value>", "put into the report; may be given again", several, [])
    .option("--fail-on <states>", "exit with 10 when a target is in one of these states: throttled,blocked")
    .action((words: string[], flags: ProbeFlags) => probe(words, flags, version));
}

async function probe(words: readonly string[], flags: ProbeFlags, version: string): Promise<void> {
  const targets = readTargets(words, flags);
  const failOn = readFailOn(flags.failOn);
  const annotations = readAnnotations(flags.annotation);
  const budgetBytes = readBytes("--budget-bytes", flags.budgetBytes);
  const budgetSeconds = readNumber("--budget-seconds", flags.budgetSeconds, 1, MOST_SECONDS);
  const flowBytes = Math.max(LEAST_FLOW_BYTES, readBytes("--flow-bytes", flags.flowBytes));
  const lanes = Math.floor(readNumber("--lanes", flags.lanes, 1, MOST_LANES));
  const trust = readTrust(flags);
  const siteUrls = flags.site.length > 0 ? flags.site : USUAL_SITES;
  const intent = {
    contacts: [
      ...targets.map(({ text }) => `${text} (target)`),
      ...(flags.control === undefined ? [] : [`${flags.control} (control server)`]),
      ...siteUrls.map((url) => `${url} (control site)`),
    ],
    ...{ budgetBytes, budgetSeconds, explains: false },
  };
  if (flags.dryRun) {
    process.stdout.write(`${describeIntent(intent).join("\n")}\n`);
    return;
  }
  await obtainConsent(intent, flags.yes ?? false);
  const controlServer = flags.control === undefined ? undefined : await findPlace("--control", flags.control);
  const connect = flags.connect === undefined ? undefined : await findPlace("--connect", flags.connect);
  const sites = await findSites(siteUrls);
  const surroundings = await lookAtSurroundings();
  const sink = new Sink();
  let hasFailed = false;
  for (const target of targets) {
    const common = { trust, flowBytes, budgetBytes, budgetMs: budgetSeconds * 1000, lanes, sites };
    const measured = await measureOne(target, common, { flags, controlServer, connect, surroundings });
    const { verdict, observations, reaches } = measured;
    if (flags.json) sink.line(JSON.stringify(verdict));
    else sink.line(speak(verdict, observations));
    sink.flush();
    hasFailed ||= failOn.has(verdict.state);
    if (flags.report) {
      const line = JSON.stringify(
        ooniMeasurement({
          input: target.text,
          verdict,
          observations,
          reaches,
          annotations,
          softwareVersion: version,
        }),
      );
      writeReport(line, flags.reportfile);
    }
  }
  if (hasFailed) process.exitCode = EXIT_FAIL_ON;
}

function writeReport(line: string, path: string | undefined): void {
  try {
    appendReport(line, path);
  } catch (error) {
    throw new CommandError(
      `the report cannot be written: ${(error as Error).message}; say --no-report or -o FILE`,
    );
  }
}

type Common = Pick<MeasureOptions, "trust" | "flowBytes" | "budgetBytes" | "budgetMs" | "lanes"> & {
  readonly sites: readonly NamedPlace[];
};

interface Means {
  readonly flags: ProbeFlags;
  readonly controlServer: Place | undefined;
  readonly connect: Place | undefined;
  readonly surroundings: Surroundings;
}

interface Measured {
  readonly verdict: ProbeVerdict;
  readonly observations: readonly Observation[];
  readonly reaches: readonly Reach[];
}

async function measureOne(target: ProbeTarget, common: Common, means: Means): Promise<Measured> {
  const { flags, controlServer, connect, surroundings } = means;
  const measurementId = randomBytes(16).toString("hex");
  const startedMs = Date.now();
  const origin: Origin = process.env[LABORATORY_VARIABLE] ? "simulated" : "measured";
  const addresses = connect ? [connect.address] : await addressesOf(target.name);
  const finish = (judgement: PairJudgement, bytes: number, rest: Partial<Measured> = {}): Measured => ({
    verdict: verdictOf(target, judgement, {
      ...{ measurementId, time: new Date(startedMs).toISOString(), origin, bytes },
      seconds: (Date.now() - startedMs) / 1000,
    }),
    observations: rest.observations ?? [],
    reaches: rest.reaches ?? [],
  });
  const spoiled = surroundings.findings.find(({ certain }) => certain);
  if (spoiled) return finish(plainJudgement("invalid", `${spoiled.what}: end it and measure again`), 0);
  const reachOptions = {
    ...(connect ? { connect } : {}),
    ...(flags.resolver === undefined ? {} : { secondResolver: flags.resolver }),
    ...common.trust,
    ...{ timeoutMs: REACH_TIMEOUT_MS, quic: true },
  };
  if (addresses.length === 0) {
    const reach = await reachTarget({ ...target }, reachOptions);
    const failure = reach.steps.find(({ operation }) => operation === "resolve")?.failure ?? "no address";
    const judgement = plainJudgement(
      "insufficient",
      `the name ${target.name} has no address from here (${failure}): the look-up fails, or the name does not exist`,
    );
    return finish(judgement, 0, { reaches: [reach] });
  }
  const directions: readonly TransferDirection[] = ["down", "up"];
  const plan: PairPlan = { hasControlServer: controlServer !== undefined, directions };
  const seed =
    flags.seed === undefined ? randomBytes(4).readUInt32LE() : readNumber("--seed", flags.seed, 0, 2 ** 32);
  const live = new LiveLine(target.name);
  const options: MeasureOptions = {
    ...{ ...common, target, addresses, measurementId, origin },
    port: connect?.port ?? target.port,
    ...(flags.neutral === undefined ? {} : { neutral: flags.neutral }),
    ...(controlServer ? { controlServer } : {}),
    random: seededRandom(seed),
    decide: (observations) => judgePairs(observations, plan),
    watch: { isEnough: hasToldEnough, goesOn: isSlowingDown },
  };
  const { target: place } = armsOf(options);
  const capture = flags.capture
    ? LiveCapture.open([place.address, ...(controlServer ? [controlServer.address] : [])])
    : undefined;
  // The steps of a single visit are looked at beside the pairs, once the address has been seen without a past.
  let reaching: Promise<Reach> | undefined;
  const course = await measureTarget({
    ...options,
    onProgress: (progress) => {
      reaching ??= reachTarget({ ...target }, reachOptions);
      live.update(progress);
    },
  });
  live.stop();
  const packets = capture?.finish();
  const reach = await (reaching ?? reachTarget({ ...target }, reachOptions));
  let judgement = judgePairs(course.observations, plan);
  if (packets && judgement.state === "throttled" && judgement.slowness !== "delayed") {
    const lead = judgement.direction === "up" ? "up" : "down";
    const comparison = controlServer ? "control-server" : "same-address";
    const ports = course.ports.filter(
      (one) => one.arm === "target" && one.direction === lead && one.comparison === comparison,
    );
    judgement = withPackets(
      judgement,
      judgeCapture(
        packets,
        ports.map(({ localPort }) => localPort),
        lead,
      ),
    );
  }
  return finish(judgement, course.bytes, { observations: course.observations, reaches: [reach] });
}

function plainJudgement(state: "invalid" | "insufficient", because: string): PairJudgement {
  return { state, isSettled: true, wanted: [], mechanisms: [], evidence: [because], ruledOut: [] };
}

function verdictOf(
  target: ProbeTarget,
  { isSettled, wanted, isUnpaired, ...judgement }: PairJudgement,
  rest: Pick<ProbeVerdict, "measurementId" | "time" | "origin" | "bytes" | "seconds">,
): ProbeVerdict {
  return {
    type: "verdict",
    target: target.name,
    ...judgement,
    ...(isUnpaired ? { unpaired: true as const } : {}),
    mechanisms: [...judgement.mechanisms],
    evidence: [...judgement.evidence],
    ruledOut: [...judgement.ruledOut],
    ...rest,
    methodVersion: METHOD_VERSION,
  };
}
