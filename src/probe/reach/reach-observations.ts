/**
 * A reach as Observations, one an attempt: each look-up, each address that was connected to with all that followed
 * there, the QUIC Initial. `durationUs` is until the head of the answer or the failure; no bytes, for nothing was
 * transferred to be timed (docs/format.md). `rttUs` is the TCP handshake's, where there was one. Pure.
 */
import type { Observation } from "../../observation/observation.ts";
import { schemeOf } from "./attempt.ts";
import type { ConnectStep, HttpStep, QuicStep, Reach, ResolveStep, TlsStep } from "./reach-record.ts";

type Who = Pick<
  Observation,
  "asn" | "networkName" | "prefix" | "country" | "accessKind" | "hostingAsn" | "time"
>;

/** `time` is the reach's start where the local clock is not to be believed; `origin` is "measured" unless said. */
export type ReachCommon = Pick<Observation, "measurementId" | "role"> &
  Partial<Pick<Observation, "origin">> &
  Who;

export function reachObservations(reach: Reach, common: ReachCommon): Observation[] {
  return attemptsOf(reach).map((attempt) => observe(reach, common, attempt));
}

interface Path {
  readonly connect: ConnectStep;
  readonly tls?: TlsStep;
  readonly http?: HttpStep;
}
type ReachAttempt = ResolveStep | QuicStep | Path;

function attemptsOf({ steps }: Reach): ReachAttempt[] {
  return steps.flatMap((step): ReachAttempt[] => {
    if (step.operation === "resolve" || step.operation === "quic_handshake") return [step];
    if (step.operation !== "connect") return [];
    if (step.failure !== undefined) return [{ connect: step }];
    // Only one connection stands in a reach: what was said on one is all that was said.
    const tls = steps.find((other) => other.operation === "tls_handshake");
    const http = steps.find(
      (other): other is HttpStep => other.operation === "http_round_trip" || other.operation === "read",
    );
    return [{ connect: step, ...(tls ? { tls } : {}), ...(http ? { http } : {}) }];
  });
}

function observe(reach: Reach, common: ReachCommon, attempt: ReachAttempt): Observation {
  const { name } = reach.target;
  const first = "connect" in attempt ? attempt.connect : attempt;
  const startMs = common.time === undefined ? reach.startedAtMs : Date.parse(common.time);
  return {
    ...common,
    origin: common.origin ?? "measured",
    time: new Date(startMs + first.startedUs / 1000).toISOString(),
    target: name,
    ...("connect" in attempt ? observePath(reach, attempt) : observeStep(attempt, name)),
  };
}

function observeStep(step: ResolveStep | QuicStep, name: string): Partial<Observation> {
  const outcome = { durationUs: step.durationUs, ...failed(step) };
  if (step.operation === "resolve") {
    return { protocol: "dns", trigger: { kind: "dns-name", value: name }, ...outcome };
  }
  return { address: step.address, protocol: "quic", trigger: { kind: "quic", value: name }, ...outcome };
}

function observePath(reach: Reach, { connect, tls, http }: Path): Partial<Observation> {
  const last = http ?? tls ?? connect;
  const isPlain = schemeOf(reach.target) === "http";
  const untilUs = last.startedUs + ((http?.failure === undefined && http?.headUs) || last.durationUs);
  return {
    address: connect.address,
    protocol: isPlain ? "http" : "https",
    trigger: { kind: isPlain ? "host" : "sni", value: reach.target.name },
    durationUs: untilUs - connect.startedUs,
    ...(connect.failure === undefined ? { rttUs: connect.durationUs } : {}),
    ...failed(last),
  };
}

function failed({
  operation,
  failure,
}: Pick<HttpStep | TlsStep | ConnectStep | ResolveStep | QuicStep, "operation" | "failure">) {
  return failure === undefined ? {} : { operation, failure };
}
