/**
 * One target, measured and judged: wires the probe, which never judges, to the judge, which never sends.
 */
import { randomBytes } from "node:crypto";
import { seededRandom } from "../base/random.ts";
import type { Observation, TransferDirection } from "../observation/observation.ts";
import type { Origin } from "../observation/vocabulary.ts";
import { LiveCapture } from "../probe/capture/live-capture.ts";
import { armsOf, type MeasureOptions, measureTarget } from "../probe/measure-target.ts";
import type { NamedPlace, Place } from "../probe/pairs/arms.ts";
import type { CourseProgress } from "../probe/pairs/course.ts";
import type { ProbeTarget } from "../probe/probe-target.ts";
import { reachTarget } from "../probe/reach/reach.ts";
import type { Reach } from "../probe/reach/reach-record.ts";
import { reachableFirst } from "../probe/reach/reachable-first.ts";
import type { Surroundings } from "../probe/surroundings/surroundings.ts";
import { hasToldEnough, isSlowingDown } from "../verdict/pair/is-enough.ts";
import { judgePairs, type PairPlan } from "../verdict/pair/judge-pairs.ts";
import type { PairJudgement } from "../verdict/pair/pair-judgement.ts";
import { METHOD_VERSION } from "../verdict/verdict.ts";
import { judgeCapture, withPackets } from "./probe-capture.ts";
import { type Explained, explain } from "./probe-explain.ts";
import { addressesOf, type ProbeFlags, readNumber } from "./probe-options.ts";
import { LiveLine } from "./probe-output.ts";
import type { ProbeVerdict } from "./probe-record.ts";

const REACH_TIMEOUT_MS = 8000;
const CONNECT_TIMEOUT_MS = 3000;
/** Set by `lab exec`: what is measured there is simulated. */
const LABORATORY_VARIABLE = "BRAKELIGHT_LABORATORY";

export type MeasureCommon = Pick<
  MeasureOptions,
  "trust" | "flowBytes" | "budgetBytes" | "budgetMs" | "lanes"
> & {
  readonly sites: readonly NamedPlace[];
};

export interface Means {
  readonly flags: ProbeFlags;
  readonly controlServer: Place | undefined;
  readonly connect: Place | undefined;
  readonly surroundings: Surroundings;
  /** Aborted: what was measured by then is judged and reported. */
  readonly signal: AbortSignal;
}

export interface Measured {
  readonly verdict: ProbeVerdict;
  readonly observations: readonly Observation[];
  readonly reaches: readonly Reach[];
}

export async function measureOne(
  target: ProbeTarget,
  common: MeasureCommon,
  means: Means,
): Promise<Measured> {
  const { flags, controlServer, connect, surroundings } = means;
  const measurementId = randomBytes(16).toString("hex");
  const startedMs = Date.now();
  const origin: Origin = process.env[LABORATORY_VARIABLE] ? "simulated" : "measured";
  const port = connect?.port ?? target.port;
  const addresses = connect
    ? [connect.address]
    : await reachableFirst(await addressesOf(target.name), port, CONNECT_TIMEOUT_MS);
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
  const plan: PairPlan = {
    hasControlServer: controlServer !== undefined,
    sites: common.sites.length,
    directions,
  };
  const seed =
    flags.seed === undefined ? randomBytes(4).readUInt32LE() : readNumber("--seed", flags.seed, 0, 2 ** 32);
  const live = new LiveLine(target.name);
  const options: MeasureOptions = {
    ...{ ...common, target, addresses, measurementId, origin },
    port,
    ...(flags.neutral === undefined ? {} : { neutral: flags.neutral }),
    ...(controlServer ? { controlServer } : {}),
    random: seededRandom(seed),
    decide: (observations) => judgePairs(observations, plan),
    watch: { isEnough: hasToldEnough, goesOn: isSlowingDown },
    signal: means.signal,
  };
  const arms = armsOf(options);
  const capture = flags.capture
    ? LiveCapture.open([arms.target.address, ...(controlServer ? [controlServer.address] : [])])
    : undefined;
  // The steps of a single visit are looked at beside the pairs, once the address has been seen without a past.
  let reaching: Promise<Reach> | undefined;
  const onProgress = (progress: CourseProgress): void => {
    reaching ??= reachTarget({ ...target }, reachOptions);
    live.update(progress);
  };
  const course = await measureTarget({ ...options, onProgress }, arms);
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
  const { observations } = course;
  const isActedOn = judgement.state === "throttled" || judgement.state === "blocked";
  const explained =
    flags.explain && controlServer && isActedOn
      ? await explain(arms.target, {
          ...{ controlServer, observations, neutralName: arms.neutralName, trust: common.trust },
          random: options.random,
          budgetBytes: common.budgetBytes,
          onProgress: (doing) => live.say(doing),
        })
      : undefined;
  live.stop();
  const measured = finish(judgement, course.bytes + (explained?.bytes ?? 0), {
    observations,
    reaches: [reach],
  });
  return explained ? { ...measured, verdict: withExplanation(measured.verdict, explained) } : measured;
}

/** Its sentences go with all others. */
function withExplanation(
  verdict: ProbeVerdict,
  { trigger, place, bypass, evidence }: Explained,
): ProbeVerdict {
  const { evidence: ofTrigger = [], ...known } = trigger ?? {};
  const { evidence: ofPlace = [], ...hops } = place ?? {};
  return {
    ...verdict,
    ...(trigger ? { trigger: known as NonNullable<ProbeVerdict["trigger"]> } : {}),
    ...(place ? { place: hops } : {}),
    ...(bypass ? { bypass: { ...bypass } } : {}),
    evidence: [...verdict.evidence, ...ofTrigger, ...ofPlace, ...evidence],
  };
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
