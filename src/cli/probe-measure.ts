/**
 * One target, measured and judged against one control server or none: wires the probe, which never judges, to the judge, which never sends.
 */
import { randomBytes } from "node:crypto";
import { seededRandom } from "../base/random.ts";
import { tryTcpInfo } from "../host/machine-abilities.ts";
import type { Comparison, Observation, TransferDirection } from "../observation/observation.ts";
import type { Origin } from "../observation/vocabulary.ts";
import { LiveCapture } from "../probe/capture/live-capture.ts";
import { fetchPorts } from "../probe/explain/server-ports.ts";
import { armsOf, type MeasureOptions, measureTarget } from "../probe/measure-target.ts";
import type { NamedPlace, Place } from "../probe/pairs/arms.ts";
import type { CourseProgress, FlowPort, Wanted } from "../probe/pairs/course.ts";
import type { ProbeTarget } from "../probe/probe-target.ts";
import { reachBoth } from "../probe/reach/reach-both.ts";
import type { Reach } from "../probe/reach/reach-record.ts";
import { answersOn, reachableFirst } from "../probe/reach/reachable-first.ts";
import type { Finding as ProbeFinding } from "../probe/surroundings/finding.ts";
import type { Surroundings } from "../probe/surroundings/surroundings.ts";
import { type Destination, tunnelsOnTheWay } from "../probe/surroundings/tunnels-on-the-way.ts";
import { judgeNoAddress, type SeenLookUps } from "../verdict/look-ups.ts";
import { foreseenPairs, hasToldEnough, isSlowingDown } from "../verdict/pair/is-enough.ts";
import { type PairPlan, withSecond } from "../verdict/pair/judge-pairs.ts";
import type { PairJudgement } from "../verdict/pair/pair-judgement.ts";
import { StandingJudgement } from "../verdict/pair/standing-judgement.ts";
import { plainJudgement } from "../verdict/plain-judgement.ts";
import { explainTime, pairsBudget, pairsTime } from "./probe-budget.ts";
import { withBystanders } from "./probe-bystanders.ts";
import { judgedByPackets } from "./probe-capture.ts";
import { evidenceIn, type Language, patienceLine } from "./probe-catalogue.ts";
import { explain } from "./probe-explain.ts";
import { measureHost } from "./probe-host.ts";
import { ledTo, ledToNow, seenLookUps } from "./probe-look-ups.ts";
import { type ProbeFlags, readPatience, readSeed } from "./probe-options.ts";
import { LiveLine } from "./probe-output.ts";
import { isTimeToPace, pacedJudgement } from "./probe-pace.ts";
import { withPlainInput } from "./probe-plain-input.ts";
import type { ProbeVerdict } from "./probe-record.ts";
import { resolverFor } from "./probe-resolver.ts";
import { verdictOf, withEvidence, withExplanation, withLookAround } from "./probe-verdict.ts";
import { addressesOf, isInLaboratory, relayOf } from "./probe-way.ts";

const REACH_TIMEOUT_MS = 8000;
const CONNECT_TIMEOUT_MS = 3000;
/** A dozen short connections: with less no question is answered. */
const LEAST_EXPLAIN_BYTES = 1e6;
const NO_SERVER_TO_EXPLAIN = "not explained: that takes a control server that answers";
const NO_BYTES_TO_EXPLAIN = "not explained: the budget of bytes is spent (--budget-bytes)";
/** Left of the time for judging. */
const JUDGING_MS = 300;
/** With the packets of a capture: it took 0.3 to 2 s where two cores measured five targets at once. */
const JUDGING_PACKETS_MS = 1400;
/** Of that: a flow whose packets are under way when the time is over is still judged to its end. */
const LAST_FLOW_MS = 200;
/** Of a measurement that ended before it could tell. */
const SPENT: Readonly<Record<string, string>> = {
  time: "the time was over before it could be told: --budget-seconds gives it more",
  bytes: "the budget of bytes was spent before it could be told: --budget-bytes gives it more",
  pairs: "what else was to be looked at could not be, or told nothing",
  aborted: "it was ended from outside before it could be told",
};
/** Where the kernel did not say. */
const USUAL_ROUND_TRIP_US = 1e6;
const UPLOADS_CUT = "uploads were not looked at to the end: the time went into the rate";
const UPLOADS_UNCOUNTED = "uploads were not measured: this machine does not say how much of them arrived";

export type MeasureCommon = Pick<
  MeasureOptions,
  "trust" | "flowBytes" | "budgetBytes" | "budgetMs" | "lanes"
> & {
  readonly sites: readonly NamedPlace[];
  /** By earlier rounds at the same target. */
  readonly spentMs?: number;
};

export interface Means {
  readonly flags: ProbeFlags;
  readonly language: Language;
  readonly connect: Place | undefined;
  readonly surroundings: Surroundings;
  /** What the control sites were found to be answered by; waited for when everything else is done. */
  readonly ofControls: Promise<readonly ProbeFinding[]>;
  readonly visitControl: () => Promise<readonly Reach[]>;
  /** Aborted: what was measured by then is judged and reported. */
  readonly signal: AbortSignal;
}

export interface Measured {
  readonly verdict: ProbeVerdict;
  readonly observations: readonly Observation[];
  readonly reaches: readonly Reach[];
  /** Of a control site. */
  readonly controlReaches: readonly Reach[];
  readonly isTainted?: boolean;
  /** What may have carried it past a throttle, and what of this machine could not be looked at. */
  readonly surroundings: Pick<Surroundings, "unseen"> & { readonly findings: readonly ProbeFinding[] };
}

export async function measureAgainst(
  given: Place | undefined,
  target: ProbeTarget,
  common: MeasureCommon,
  means: Means,
): Promise<Measured> {
  const { flags, connect, surroundings } = means;
  const measurementId = randomBytes(16).toString("hex");
  const startedMs = Date.now();
  const startedAt = performance.now();
  const origin: Origin = isInLaboratory() ? "simulated" : "measured";
  const port = connect?.port ?? target.port;
  const through = relayOf();
  const known = connect ? [connect.address] : await addressesOf(target.name);
  const [addresses, isAnswered] = through
    ? [known, true]
    : await Promise.all([
        reachableFirst(known, port, CONNECT_TIMEOUT_MS),
        given ? answersOn(given.address, given.port, CONNECT_TIMEOUT_MS) : false,
      ]);
  // Flows that wait for one that is not there would take the time of those that tell.
  const controlServer = isAnswered ? given : undefined;
  const findings = await findingsOnTheWay(
    surroundings.findings,
    through
      ? []
      : [
          ...addresses.slice(0, 1).map((address) => ({ who: "the target", address })),
          ...(controlServer ? [{ who: "the control server", address: controlServer.address }] : []),
          ...common.sites.map(({ address }) => ({ who: "a control site", address })),
        ],
  );
  const finish = (judgement: PairJudgement, bytes: number, rest: Partial<Measured> = {}): Measured => ({
    verdict: verdictOf(target, judgement, {
      ...{ measurementId, time: new Date(startedMs).toISOString(), origin, bytes },
      seconds: Math.round(performance.now() - startedAt) / 1000,
    }),
    observations: rest.observations ?? [],
    reaches: rest.reaches ?? [],
    controlReaches: rest.controlReaches ?? [],
    ...(judgement.isTainted ? { isTainted: true } : {}),
    surroundings: {
      findings: findings.filter(({ kind }) => kind === "vpn" || kind === "bypass-tool"),
      unseen: surroundings.unseen,
    },
  });
  const spoiled = findings.find(({ certain }) => certain);
  if (spoiled) return finish(plainJudgement("invalid", `${spoiled.what}: end it and measure again`), 0);
  const secondResolver = resolverFor(flags, target);
  const reachOptions = {
    ...(connect ? { connect } : {}),
    ...(secondResolver === undefined ? {} : { secondResolver }),
    ...common.trust,
    ...{ timeoutMs: REACH_TIMEOUT_MS, quic: true },
  };
  // Through a laboratory's proxy there are no steps to be told apart.
  const reachIt = (): Promise<Reach[]> =>
    through
      ? Promise.resolve([{ target: { ...target }, startedAtMs: startedMs, durationUs: 0, steps: [] }])
      : reachBoth({ ...target }, reachOptions, startedAt + common.budgetMs);
  const seen = (reaches: readonly Reach[], othersAt: readonly string[]): SeenLookUps =>
    seenLookUps(target.name, reaches, origin, othersAt);
  if (addresses.length === 0) {
    const [reaches, controlReaches] = await Promise.all([reachIt(), means.visitControl()]);
    const judgement = judgeNoAddress(seen(reaches, await ledToNow(common.sites)));
    return finish(judgement, 0, { reaches, controlReaches });
  }
  const asksMore = flags.explain === true && controlServer !== undefined && !through;
  const isCounted = tryTcpInfo() === undefined;
  const directions = directionsOf(isCounted);
  const plan: PairPlan = {
    hasControlServer: controlServer !== undefined,
    sites: common.sites.length,
    directions,
  };
  const standing = new StandingJudgement(plan);
  const leading = controlServer ? "control-server" : "same-address";
  const seed = flags.seed === undefined ? randomBytes(4).readUInt32LE() : readSeed(flags.seed);
  const isCaptured = flags.capture === true && !through;
  const isPaced = controlServer !== undefined && isCounted && !through;
  const live = new LiveLine(target.name, means.language);
  let soFar: string | undefined;
  let isCutForRate = false;
  const options: MeasureOptions = {
    ...{ ...common, target, addresses, measurementId, origin },
    port,
    budgetMs: pairsTime(
      common.budgetMs - (isCaptured ? JUDGING_PACKETS_MS : JUDGING_MS) - (performance.now() - startedAt),
      common.budgetMs,
    ),
    budgetBytes: asksMore ? pairsBudget(common.budgetBytes) : common.budgetBytes,
    ...(flags.neutral === undefined ? {} : { neutral: flags.neutral }),
    ...(controlServer ? { controlServer } : {}),
    ...(through ? { through } : {}),
    random: seededRandom(seed),
    decide: (observations) => {
      const judged = standing.judge(observations);
      const { state, isSettled, wanted, evidence } = judged;
      soFar = evidence[0];
      const share = (performance.now() - startedAt) / common.budgetMs;
      if (isPaced && !isSettled && isTimeToPace(judged, share)) {
        isCutForRate = true;
        return { isSettled: true, wanted: [] };
      }
      // A state that stands while more is wanted: only directions are still asked for.
      return { isSettled, wanted: state === "throttled" ? wanted.map(asSide) : wanted };
    },
    watch: {
      isEnough: (soFar, { isSide }) => hasToldEnough(soFar, isSide),
      goesOn: isSlowingDown,
      // Beside the address's own, other sites are told by few; and how large flows must be counts where they decide.
      pairsFor: (soFar, { comparison }) =>
        comparison === "site" ? undefined : foreseenPairs(soFar, comparison === leading),
    },
    signal: means.signal,
  };
  const arms = armsOf(options);
  const capture = isCaptured
    ? LiveCapture.open([arms.target.address, ...(controlServer ? [controlServer.address] : [])])
    : undefined;
  // The steps of a single visit are looked at beside the pairs, once the address has been seen without a past.
  let reaching: Promise<Reach[]> | undefined;
  const onProgress = (progress: CourseProgress): void => {
    reaching ??= reachIt();
    void means.visitControl();
    live.update(progress, soFar);
  };
  const course = await measureTarget({ ...options, onProgress }, arms);
  live.stop();
  const packets = capture?.finish();
  const reaches = await (reaching ?? reachIt());
  const decisive = course.observations.slice(0, course.decisive);
  const byPairs = standing.judge(decisive);
  const lead = byPairs.direction === "up" ? "up" : "down";
  const isOwn = byPairs.isUnpaired || byPairs.ifLimited !== undefined || !controlServer;
  const localPorts = portsOf(course.ports, isOwn ? "same-address" : "control-server", lead);
  const deadlineMs = startedAt + common.budgetMs - LAST_FLOW_MS;
  const byPackets = packets
    ? judgedByPackets(byPairs, { packets, localPorts, direction: lead, deadlineMs })
    : byPairs;
  const ofControls = await means.ofControls;
  const lookAround = (judged: PairJudgement): PairJudgement =>
    withLookAround(
      judged,
      seen(reaches, ledTo(common.sites)),
      ofControls,
      decisive.some(({ goodputBps }) => goodputBps),
    );
  // What was found beside the pairs overrules what they left open, whatever packets make of them.
  const around = lookAround(byPairs);
  let judgement = around.evidence[0] === byPairs.evidence[0] ? lookAround(byPackets) : around;
  const spent = judgement.isSettled || judgement.state !== "insufficient" ? undefined : SPENT[course.ended];
  if (spent !== undefined) judgement = withEvidence(judgement, spent);
  // To places that are not ours none are sent anyway.
  if (!isCounted && controlServer && judgement.state !== "invalid")
    judgement = withEvidence(judgement, UPLOADS_UNCOUNTED);
  let { observations, bytes } = course;
  if (controlServer && isPaced) {
    const paced = await pacedJudgement(judgement, {
      onBegin: () => live.say(evidenceIn("rate, by paced downloads", means.language)),
      ...{ arms, signal: means.signal, deadlineMs: startedAt + common.budgetMs - LAST_FLOW_MS },
      rttUs: shortestRoundTrip(observations),
      budgetBytes: common.budgetBytes - bytes - (asksMore ? LEAST_EXPLAIN_BYTES : 0),
    });
    judgement = paced.judgement;
    bytes += paced.bytes;
    if (isCutForRate && judgement.state === "throttled" && judgement.direction === undefined)
      judgement = withEvidence(judgement, UPLOADS_CUT);
  }
  const leftBytes = (): number => common.budgetBytes - bytes;
  const hasBytes = (): boolean => {
    if (leftBytes() >= LEAST_EXPLAIN_BYTES) return true;
    judgement = withEvidence(judgement, NO_BYTES_TO_EXPLAIN);
    return false;
  };
  const explains = asksMore && !means.signal.aborted;
  const ports = explains ? await fetchPorts(controlServer, arms.neutralName) : undefined;
  let trigger: ProbeVerdict["trigger"];
  if (explains && judgement.state === "ok" && hasBytes()) {
    live.say(evidenceIn("plain HTTP", means.language));
    const bounded = { ...options, budgetBytes: leftBytes() };
    const host = await measureHost(bounded, arms, ports?.httpPort);
    observations = [...observations, ...host.observations];
    bytes += host.bytes;
    trigger = host.trigger;
    judgement = host.judgement ?? withEvidence(judgement, host.sentence);
  }
  // What a name server does is not told by hellos.
  const isByName = judgement.mechanisms.every((mechanism) => !mechanism.startsWith("dns"));
  const isActedOn = (judgement.state === "throttled" || judgement.state === "blocked") && isByName;
  const explained =
    explains && isActedOn && !trigger && hasBytes()
      ? await explain(arms.target, {
          signal: means.signal,
          ...{ controlServer, observations, neutralName: arms.neutralName, trust: common.trust },
          ...(ports ? { ports } : {}),
          random: options.random,
          budgetBytes: leftBytes(),
          budgetMs: explainTime((common.spentMs ?? 0) + performance.now() - startedAt),
          ...(flags.patient === undefined ? {} : { patientSeconds: readPatience(flags.patient) }),
          onProgress: (doing) => live.say(evidenceIn(doing, means.language)),
          onPatience: (seconds) => live.announce(patienceLine(seconds, Date.now(), means.language)),
        })
      : undefined;
  live.stop();
  judgement = withPlainInput(withBystanders(judgement, findings), target, observations);
  if (given && !controlServer) judgement = withSecond(judgement, noServerAt(given));
  if (given && !controlServer && flags.explain) judgement = withEvidence(judgement, NO_SERVER_TO_EXPLAIN);
  const measured = finish(judgement, bytes + (explained?.bytes ?? 0), {
    ...{ observations, reaches, controlReaches: await means.visitControl() },
  });
  if (trigger) return { ...measured, verdict: { ...measured.verdict, trigger } };
  return explained ? { ...measured, verdict: withExplanation(measured.verdict, explained) } : measured;
}

function noServerAt({ address, port }: Place): string {
  return `no connection to the control server (${address}, port ${port}: a firewall, or another port?): the target's own address was looked at instead`;
}

/** A tunnel on the very way is told of instead of one that only exists. */
async function findingsOnTheWay(
  known: readonly ProbeFinding[],
  destinations: readonly Destination[],
): Promise<readonly ProbeFinding[]> {
  const onTheWay = await tunnelsOnTheWay(destinations);
  const names = new Set(onTheWay.map(({ name }) => name));
  return [...known.filter(({ kind, name }) => kind !== "vpn" || !names.has(name)), ...onTheWay];
}

/** Without the kernel's counts the bytes of an upload are those that were handed to it, whatever becomes of them. */
export function directionsOf(isCounted: boolean): readonly TransferDirection[] {
  return isCounted ? ["down", "up"] : ["down"];
}

function asSide(wanted: Wanted): Wanted {
  return { ...wanted, isSide: true };
}

function portsOf(ports: readonly FlowPort[], comparison: Comparison, direction: TransferDirection): number[] {
  return ports
    .filter((one) => one.arm === "target" && one.direction === direction && one.comparison === comparison)
    .map(({ localPort }) => localPort);
}

/** To the control server, µs. */
function shortestRoundTrip(observations: readonly Observation[]): number {
  const ofServer = observations.filter(({ comparison }) => comparison === "control-server");
  return Math.min(USUAL_ROUND_TRIP_US, ...ofServer.flatMap(({ rttUs }) => rttUs ?? []));
}
