/**
 * Judges the TLS handshakes of one hop against the control's with the same addresses.
 * A time-out during which bytes kept arriving is throttling; one after a few bytes and silence is not decided.
 */
import { type FailureKind, failureKind } from "../observation/failure.ts";
import {
  endpointKey,
  type OoniConnect,
  type OoniControlOutcome,
  type OoniHandshake,
  type OoniReading,
} from "../observation/ooni-reading.ts";
import { decided, type Finding, insufficient, mechanismOf, passed, type Step, unique } from "./finding.ts";
import { AS_SLOW_TIMES, type Progress, progressKind, progressOf } from "./reach-progress.ts";

export interface HandshakeContext {
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[];
  readonly depth?: number;
  readonly controlReachedPage: boolean | undefined;
}

/** A handshake that takes so many connects' time, and so long, is delayed: 1 or 2 round trips are usual (RFC 8446). */
export const DELAYED_TIMES = 5;
const ROUND_TRIPS = 2;
export const DELAYED_SECONDS = 3;
/** Two handshakes stopped at the same place when they differ by no more than one segment. */
const SAME_PLACE_BYTES = 1_460;

export function handshakesOf(reading: OoniReading, context: HandshakeContext): OoniHandshake[] {
  const { host, port, addresses, depth } = context;
  return reading.handshakes.filter((handshake) => {
    if (handshake.protocol !== "tls") return false;
    if (handshake.port !== undefined && handshake.port !== port) return false;
    if (addresses.length > 0 && handshake.ip !== undefined) {
      return addresses.includes(handshake.ip) && (handshake.serverName ?? host) === host;
    }
    if (handshake.serverName !== undefined) return handshake.serverName === host;
    return depth === undefined || handshake.depth === undefined || handshake.depth === depth;
  });
}

export function judgeHandshakes(reading: OoniReading, context: HandshakeContext): Step {
  const all = handshakesOf(reading, context);
  // A redirect may lead to the same host again: its own handshakes count, where depths are told.
  const here = all.filter(({ depth }) => depth === undefined || depth === context.depth);
  const handshakes = here.length > 0 ? here : all;
  if (handshakes.length === 0) return { kind: "unseen" };
  const failed = handshakes.filter(({ failure }) => failure !== undefined);
  if (failed.length < handshakes.length) {
    const good = handshakes.filter(({ failure }) => failure === undefined);
    const delay = delayOf(reading, good);
    if (delay) return decided(delay);
    return passed(
      ...failed
        .filter((one) => controlOf(reading, one)?.ok)
        .map((one) => `${described(one)}, others did not`),
    );
  }
  const against = failed.filter((one) => controlOf(reading, one)?.ok);
  const shared = failed.filter((one) => controlOf(reading, one)?.ok === false);
  if (against.length === 0 && shared.length > 0) return decided(judgeShared(shared, context));
  const telling = against.length > 0 ? against : context.controlReachedPage ? failed : [];
  if (telling.length === 0) {
    return decided(insufficient(...failed.slice(0, 3).map(described), "no control to compare with"));
  }
  return decided(judgeAgainstControl(reading, telling, against.length > 0));
}

function controlOf(reading: OoniReading, { ip, port }: OoniHandshake): OoniControlOutcome | undefined {
  return ip === undefined ? undefined : reading.control?.handshakes.get(endpointKey(ip, port ?? 443));
}

function described({ serverName, ip, failure }: OoniHandshake): string {
  return `TLS handshake for ${serverName ?? "no name"}${ip === undefined ? "" : ` with ${ip}`}: ${failure ?? "done"}`;
}

function judgeShared(shared: readonly OoniHandshake[], { controlReachedPage }: HandshakeContext): Finding {
  const evidence = shared.slice(0, 5).map((one) => `${described(one)}; it failed for the control as well`);
  if (controlReachedPage) return insufficient(...evidence, "yet the control reached the page");
  return {
    state: "down",
    mechanisms: [],
    confidence: "medium",
    evidence,
    ruledOut: [{ explanation: "blocked in this network", because: "the control's handshake failed too" }],
  };
}

function judgeAgainstControl(
  reading: OoniReading,
  failed: readonly OoniHandshake[],
  sameAddress: boolean,
): Finding {
  const kinds = unique(failed.map(({ failure }) => failureKind(failure!)));
  const evidence = failed.slice(0, 5).map(described);
  const because = sameAddress
    ? "the control completed the handshake with the same address at the same time"
    : "the control fetched the page at the same time";
  evidence.push(because);
  const ruledOut = [{ explanation: "the site was down", because }];
  if (kinds.every((kind) => kind === "local" || kind === "unknown" || kind === "certificate-unclear")) {
    return insufficient(
      ...evidence,
      kinds.includes("certificate-unclear")
        ? "a certificate out of its time may mean that the probe's clock is wrong"
        : "the failure does not say what happened",
    );
  }
  if (kinds.every((kind) => kind === "timeout")) {
    const slow = judgeTimeouts(reading, failed, evidence, ruledOut);
    if (slow) return slow;
  }
  const telling = kinds.filter((kind): kind is FailureKind => kind !== "local" && kind !== "unknown");
  return {
    state: "blocked",
    mechanisms: unique(telling.map((kind) => mechanismOf("tls", kind))),
    // Probes with an old store of roots refuse certificates that others accept.
    confidence:
      sameAddress && !telling.includes("handshake") && !telling.includes("certificate") ? "medium" : "low",
    evidence,
    ruledOut,
  };
}

/** Undefined where no bytes came at all, or where none are told. */
function judgeTimeouts(
  reading: OoniReading,
  failed: readonly OoniHandshake[],
  evidence: readonly string[],
  ruledOut: Finding["ruledOut"],
): Finding | undefined {
  const seen = failed.flatMap((one) => {
    const progress = progressOf(reading.events, one);
    if (!progress) return [];
    const start = one.startSeconds ?? progress.firstSeconds;
    return [{ progress, start, kind: progressKind(progress, start, one.endSeconds) }];
  });
  if (seen.length === 0) return undefined;
  const steady = seen.filter(({ kind }) => kind === "steady");
  if (steady.length > 0) {
    const { bytes, arrivals, rateBps } = steady[0]!.progress;
    const story = `${bytes} bytes arrived in ${arrivals.length} steps until the handshake timed out`;
    const missing = missingForThrottled(reading, failed, steady);
    if (missing !== undefined) return insufficient(...evidence, story, missing);
    return {
      state: "throttled",
      slowness: "undecided",
      mechanisms: ["tls.throttle"],
      rateBps,
      confidence: "low",
      evidence: [...evidence, story],
      ruledOut: [
        ...ruledOut,
        { explanation: "blocked: everything dropped", because: "bytes kept arriving until the time-out" },
        {
          explanation: "slow for everything",
          because: "every other transfer of the measurement was far faster",
        },
      ],
    };
  }
  const places = seen.map(({ progress }) => progress.bytes);
  const stalled = seen.every(({ kind }) => kind === "stalled");
  if (stalled && places.length >= 2 && Math.max(...places) - Math.min(...places) <= SAME_PLACE_BYTES) {
    return {
      state: "blocked",
      slowness: "frozen",
      mechanisms: ["tls.freeze"],
      confidence: "low",
      evidence: [...evidence, `${places.length} handshakes stopped after ${Math.min(...places)} bytes`],
      ruledOut: [
        ...ruledOut,
        { explanation: "throttled", because: "nothing arrived after the same number of bytes" },
      ],
    };
  }
  return {
    ...insufficient(
      ...evidence,
      `${places[0]} bytes arrived and then none: throttled, frozen or dropped cannot be told`,
    ),
    ...(stalled && { slowness: "frozen" as const }),
  };
}

interface Timed {
  readonly progress: Progress;
  readonly start: number;
}

/** A handshake is a few packets: a lossy line delivers them as slowly as a throttle does. */
function missingForThrottled(
  reading: OoniReading,
  failed: readonly OoniHandshake[],
  steady: readonly Timed[],
): string | undefined {
  if (2 * steady.length <= failed.length)
    return `bytes kept arriving in ${steady.length} of ${failed.length} handshakes only`;
  const others = otherRates(reading, failed);
  if (others.length === 0)
    return "nothing else that the measurement received tells whether everything is slow, or lossy";
  return Math.min(...others) < AS_SLOW_TIMES * Math.max(...steady.map(bitsPerSecond))
    ? "another transfer of the measurement was as slow: slow for everything"
    : undefined;
}

/** Rates of what was exchanged with other addresses: handshakes, and pages where there are any. */
function otherRates(reading: OoniReading, failed: readonly OoniHandshake[]): number[] {
  const handshakes = reading.handshakes.filter(({ protocol }) => protocol === "tls");
  return [...handshakes, ...reading.requests]
    .filter((other) => other.ip !== undefined && failed.every(({ ip }) => ip !== other.ip))
    .flatMap((other) => {
      const progress = progressOf(reading.events, other);
      if (!progress) return [];
      const start = Math.min(other.startSeconds ?? progress.firstSeconds, progress.firstSeconds);
      return progress.lastSeconds > start ? [bitsPerSecond({ progress, start })] : [];
    });
}

/** From the beginning: the first bytes take their round trips, too. */
function bitsPerSecond({ progress, start }: Timed): number {
  return (8 * progress.bytes) / (progress.lastSeconds - start);
}

/** A slow handshake beside quick connects: a suspicion, since no handshake with another name is there to compare. */
function delayOf(reading: OoniReading, done: readonly OoniHandshake[]): Finding | undefined {
  const times = done.flatMap((one) => {
    const took = secondsOf(one);
    const connect = reading.connects.find(
      (candidate) =>
        candidate.failure === undefined &&
        (one.transactionId === undefined
          ? candidate.ip === one.ip
          : candidate.transactionId === one.transactionId),
    );
    const roundTrip = connect && secondsOf(connect);
    return took === undefined || roundTrip === undefined ? [] : [{ took, roundTrip }];
  });
  const slow = times.filter(
    ({ took, roundTrip }) => took >= DELAYED_SECONDS && took >= DELAYED_TIMES * ROUND_TRIPS * roundTrip,
  );
  if (slow.length === 0 || slow.length < times.length) return undefined;
  const { took, roundTrip } = slow[0]!;
  return {
    ...insufficient(
      `the TLS handshake took ${took.toFixed(2)} s, the TCP connect ${roundTrip.toFixed(2)} s`,
      "no handshake with another name was measured to compare with",
    ),
    slowness: "delayed",
  };
}

function secondsOf({ startSeconds, endSeconds }: OoniHandshake | OoniConnect): number | undefined {
  return startSeconds === undefined || endSeconds === undefined ? undefined : endSeconds - startSeconds;
}
