/**
 * Observations become attempts: what one try to use one target came to, told in the three words that detection needs
 * (reached, failed, unclear), how it failed, and how fast it was beside a control of the same measurement.
 * A failure to be measured is never a failure of the target: who gave up is unclear, a time-out with progress is slow.
 */
import type { Observation } from "../observation/observation.ts";
import type { AccessKind, Origin } from "../observation/vocabulary.ts";
import { median } from "../stats/quantile.ts";
import { judgeSpeedPair, SLOWEST_CAP_BPS } from "../verdict/speed-pair.ts";

/** How an attempt failed, as far as its kind tells causes apart. */
export const FAILURE_KINDS = [
  "name", // the look-up failed
  "unreachable", // a router said so
  "connect-timeout", // no answer to the first packet
  "connect-refused", // refused or reset before anything was said
  "hello-reset", // cut after the hello
  "hello-timeout", // silence after the hello
  "certificate",
  "page", // an answer in the site's place
  "server-error", // 5xx
  "no-answer", // cut or silent after the handshake, before an answer: the server's doing
  "stall", // nothing more after some bytes
  "cut", // cut during the transfer
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

export interface Attempt {
  readonly measurementId: string;
  readonly timeMs: number;
  readonly origin: Origin;
  readonly role: Observation["role"];
  readonly target: string;
  readonly address?: string;
  readonly hostingAsn?: number;
  readonly asn?: number;
  /** Its users, or the machines hosted in it: one number may stand for both. Absent with `asn`. */
  readonly network?: string;
  readonly networkName?: string;
  readonly country?: string;
  readonly accessKind?: AccessKind;
  /** Where in its network it was made: one voice, however many attempts. */
  readonly place: string;
  readonly outcome: "reached" | "failed" | "unclear";
  readonly failure?: FailureKind;
  /** Beside the control of its measurement; absent: there was none to hold it against, or too little to say. */
  readonly speed?: "slow" | "fast";
  /** Of an attempt without a transfer: whether the first answer took far more round trips than a visit needs. */
  readonly answer?: "delayed" | "prompt";
  /** Of the transfer, bit/s and bytes. */
  readonly goodputBps?: number;
  readonly bytes?: number;
  readonly controlBps?: number;
  readonly rttUs?: number;
  /** From the start to the first answer, where no transfer was made, µs. */
  readonly answerUs?: number;
}

/**
 * Round trips of a visit until its first answer: TCP one, TLS 1.3 one and a half, HTTP one, the server's own time. A delay
 * is five times that (DESIGN: a handshake delayed at least five times), and at least a second more.
 */
const ROUND_TRIPS = 4;
const DELAYED_TIMES = 5;
const LEAST_DELAY_US = 1e6;

/** Operations that come before anything was said to the server. */
const BEFORE_HELLO = new Set(["connect"]);
const HELLO = new Set(["tls_handshake", "quic_handshake"]);
const CUT = new Set(["connection_reset", "eof_error", "connection_aborted"]);
const UNREACHABLE = new Set(["network_unreachable", "host_unreachable"]);
/** Who gave up, and what this end could not do: nothing is known of the target. */
const OWN_FAILURES = new Set(["operation_canceled", "permission_denied", "address_not_available"]);
/** Statuses with which something in the path answers in a site's place, RFC 9110 (403) and RFC 7725 (451). */
const PAGE_STATUSES = new Set([403, 451]);

/** What an attempt is made of: of millions of observations nothing else need be read. */
export const ATTEMPT_FIELDS = [
  ...(["measurementId", "origin", "role", "time", "asn", "networkName", "prefix", "country"] as const),
  ...(["accessKind", "target", "address", "hostingAsn", "protocol", "bytes", "durationUs"] as const),
  ...(["direction", "goodputBps", "rttUs", "statusCode", "operation", "failure"] as const),
] as const satisfies readonly (keyof Observation)[];
export type Attempted = Pick<Observation, (typeof ATTEMPT_FIELDS)[number]>;

/**
 * Undefined without time or target: it can be put nowhere. `same`: of equal texts one and the same, where there are millions
 * (texts.ts).
 */
export function attemptOf(
  observation: Attempted,
  place: number | undefined,
  same: (text: string) => string = (text) => text,
): Attempt | undefined {
  const { time, target, prefix = "?" } = observation;
  if (time === undefined || target === undefined) return undefined;
  const { address, hostingAsn, asn, networkName, country, accessKind, bytes, goodputBps, rttUs } =
    observation;
  const failure = failureKindOf(observation);
  const isUnclear = failure === undefined && observation.failure !== undefined && !hasProgress(observation);
  return {
    measurementId: observation.measurementId,
    timeMs: Date.parse(time),
    origin: observation.origin,
    role: observation.role,
    target,
    place: same(`${asn ?? "?"} ${place === undefined ? prefix : `${prefix}+${place}`}`),
    outcome: failure !== undefined ? "failed" : isUnclear ? "unclear" : "reached",
    ...(failure !== undefined && { failure }),
    ...(address !== undefined && { address }),
    ...(hostingAsn !== undefined && { hostingAsn }),
    ...(asn !== undefined && { asn, network: same(networkOf(asn, accessKind)) }),
    ...(networkName !== undefined && { networkName }),
    ...(country !== undefined && { country }),
    ...(accessKind !== undefined && { accessKind }),
    // A line's two ways have their own speeds: downloads are held against downloads.
    ...(goodputBps !== undefined && observation.direction !== "up" && { goodputBps }),
    ...(bytes !== undefined && { bytes }),
    ...(rttUs !== undefined && { rttUs }),
    ...(bytes === undefined && failure === undefined && observation.durationUs !== undefined
      ? { answerUs: observation.durationUs }
      : {}),
  };
}

export function networkOf(asn: number, accessKind: AccessKind | undefined): string {
  return accessKind === "hosting" ? `AS${asn} hosting` : `AS${asn}`;
}

/** A transfer that still moved when it was given up. */
function hasProgress({ goodputBps = 0 }: Attempted): boolean {
  return goodputBps >= SLOWEST_CAP_BPS;
}

export function failureKindOf(observation: Attempted): FailureKind | undefined {
  const { operation, failure, statusCode } = observation;
  if (failure === undefined) {
    if (statusCode !== undefined && statusCode >= 500) return "server-error";
    return statusCode !== undefined && PAGE_STATUSES.has(statusCode) ? "page" : undefined;
  }
  if (OWN_FAILURES.has(failure)) return undefined;
  if (operation === "resolve" || failure.startsWith("dns_")) return "name";
  if (UNREACHABLE.has(failure)) return "unreachable";
  if (failure.startsWith("ssl_")) return "certificate";
  if (operation !== undefined && BEFORE_HELLO.has(operation))
    return failure === "generic_timeout_error" ? "connect-timeout" : "connect-refused";
  if (operation !== undefined && HELLO.has(operation)) {
    if (CUT.has(failure)) return "hello-reset";
    return failure === "generic_timeout_error" ? "hello-timeout" : undefined;
  }
  if (operation === "http_round_trip") {
    // Without TLS the request itself carries the name.
    if (observation.protocol === "http") return CUT.has(failure) ? "hello-reset" : "hello-timeout";
    return "no-answer";
  }
  if (CUT.has(failure)) return "cut";
  return failure === "generic_timeout_error" && !hasProgress(observation) ? "stall" : undefined;
}

/** Attempts in order of time, each target's speed held against the controls of its own measurement, their median. */
export function withSpeeds(attempts: readonly Attempt[]): Attempt[] {
  return holdAgainstControls([...attempts]);
}

/** The same in place, for millions: what is held against a control takes the place of what was not. */
export function holdAgainstControls(attempts: Attempt[]): Attempt[] {
  const controls = controlSpeeds(attempts);
  for (let i = 0; i < attempts.length; i++) {
    const attempt = attempts[i]!;
    attempts[i] = heldAgainst(attempt, controls.get(attempt.measurementId));
  }
  const isInOrder = attempts.every(({ timeMs }, i) => i === 0 || attempts[i - 1]!.timeMs <= timeMs);
  return isInOrder ? attempts : attempts.sort((a, b) => a.timeMs - b.timeMs);
}

/**
 * By measurement, the median of its controls, as the store's questions take it (store/duckdb/tries.ts): the fastest of several
 * would make what is held against it slow by chance.
 */
function controlSpeeds(attempts: readonly Attempt[]): Map<string, number> {
  const medians = new Map<string, number>();
  // Of the few measurements with more than one.
  const several = new Map<string, number[]>();
  for (const { measurementId, role, goodputBps } of attempts) {
    if (role !== "control" || goodputBps === undefined) continue;
    const first = medians.get(measurementId);
    if (first === undefined) {
      medians.set(measurementId, goodputBps);
      continue;
    }
    const speeds = several.get(measurementId) ?? [first];
    speeds.push(goodputBps);
    several.set(measurementId, speeds);
  }
  for (const [measurementId, speeds] of several) medians.set(measurementId, median(speeds));
  return medians;
}

function heldAgainst(attempt: Attempt, controlBps: number | undefined): Attempt {
  const { outcome, role, answerUs, rttUs, goodputBps } = attempt;
  if (outcome !== "reached") return attempt;
  if (answerUs !== undefined && rttUs !== undefined)
    return held(attempt, { answer: isDelayed(answerUs, rttUs) ? "delayed" : "prompt" });
  if (role === "control" || controlBps === undefined) return attempt;
  const { state } = judgeSpeedPair(goodputBps, controlBps);
  if (state === "insufficient") return held(attempt, { controlBps });
  return held(attempt, { controlBps, speed: state === "throttled" ? "slow" : "fast" });
}

/**
 * Field by field: there are millions, and what is spread and then added to takes more than three times the memory in V8
 * (measured on Node 20: 817 bytes to 258). What is absent is undefined.
 */
function held(one: Attempt, more: Pick<Attempt, "controlBps" | "speed" | "answer">): Attempt {
  const all: Record<keyof Attempt, unknown> = {
    measurementId: one.measurementId,
    timeMs: one.timeMs,
    origin: one.origin,
    role: one.role,
    target: one.target,
    address: one.address,
    hostingAsn: one.hostingAsn,
    asn: one.asn,
    network: one.network,
    networkName: one.networkName,
    country: one.country,
    accessKind: one.accessKind,
    place: one.place,
    outcome: one.outcome,
    failure: one.failure,
    speed: more.speed ?? one.speed,
    answer: more.answer ?? one.answer,
    goodputBps: one.goodputBps,
    bytes: one.bytes,
    controlBps: more.controlBps ?? one.controlBps,
    rttUs: one.rttUs,
    answerUs: one.answerUs,
  };
  return all as unknown as Attempt;
}

function isDelayed(answerUs: number, rttUs: number): boolean {
  return answerUs > DELAYED_TIMES * ROUND_TRIPS * rttUs && answerUs > LEAST_DELAY_US;
}
