/**
 * One observation of a pair, as judging needs it: what it says of speed, handshake, freeze and rate.
 */

import { bitsPerSecond } from "../../base/units.ts";
import { failureKind, SHORT_ANSWER } from "../../observation/failure.ts";
import { isForbidden, isRefusal, OK } from "../../observation/http-status.ts";
import type { Observation } from "../../observation/observation.ts";
import { type Freeze, findFreeze } from "./freeze.ts";
import { findRateLimit, type RateLimit, type Sample } from "./rate-limit.ts";
import { leastStraightUs } from "./straight-limit.ts";

export interface Flow {
  readonly observation: Observation;
  /** Of all bytes over all of its time after the handshake (or, where that never ended, after the connection). */
  readonly speedBps: number | undefined;
  /** Of the second half of its bytes: slow start is over by then. */
  readonly steadyBps: number | undefined;
  /** Absent while unknown; a handshake that never ended counts as long as it was waited for. */
  readonly handshakeUs: number | undefined;
  /** When it began and ended, and since when it was slow or stood still; ms of Unix time. */
  readonly startMs: number;
  readonly endMs: number;
  readonly slowSinceMs: number;
  readonly isConnected: boolean;
  /** The handshake was done. */
  readonly isOpen: boolean;
  /** The server refused (HTTP 400 and above): what little it sent says nothing of speed. */
  readonly isRefused: boolean;
  readonly rateLimit: RateLimit | undefined;
  /** It went on for as long as a rate needs to show itself. */
  readonly isLong: boolean;
  readonly freeze: Freeze | undefined;
  /** Objects too small to tell the line's speed followed one another. */
  readonly isSmall: boolean;
  /**
   * How it was broken off, where somebody did so: not a time-out that made progress. `answered`: by somebody else than the control
   * server, which answers 200 and gives as much as it is asked for, or says 400 and above, but never 403 or 451.
   */
  readonly broken: "reset" | "eof" | "timeout" | "refused" | "certificate" | "answered" | "other" | undefined;
}

/** Less comes in a few windows, at whatever speed. */
export const LEAST_OBJECT_BYTES = 65_536;
/** Slow start to windows of some Mbit/s takes so many round trips. */
const SLOW_START_ROUND_TRIPS = 6;
const DEFAULT_RTT_US = 100_000;
/** Of objects that are asked for again, where their evenness is to tell of a rate. */
const LEAST_EVEN_BYTES = 250_000;
/** Less comes in one burst of a window. */
const LEAST_STEADY_BYTES = 65_536;
/** More than tickets for resumption: part of an answer whose first TLS record, of up to 16 kB, never became whole. */
const LEAST_ANSWER_BYTES = 4096;
/**
 * In the last seconds of a time-out: bytes still came, so that it is slow and not cut off. One packet or two may be what the server
 * repeats of its handshake and a box lets by; a rate of three would be 6 kbit/s.
 */
const PROGRESS_US = 6_000_000;
const LEAST_PROGRESS_BYTES = 3 * 1448;

/** Asked of the same observations after each flow that ends. */
const known = new WeakMap<Observation, Flow>();

export function flowOf(observation: Observation): Flow {
  const seen = known.get(observation) ?? readFlow(observation);
  known.set(observation, seen);
  return seen;
}

function readFlow(observation: Observation): Flow {
  const { samples = [], durationUs = 0, connectUs, handshakeUs, rttUs, bytes = 0 } = observation;
  const fromUs = connectUs === undefined ? 0 : connectUs + (handshakeUs ?? 0);
  const before = samples.findLast(({ elapsedUs }) => elapsedUs <= fromUs)?.bytes ?? 0;
  const isConnected = connectUs !== undefined;
  // In clear text there is no handshake to be done, or to be late.
  const isPlain = observation.protocol === "http";
  const isOpen = isPlain ? isConnected : handshakeUs !== undefined;
  const isRefused = isRefusal(observation.statusCode);
  const silence = findFreeze(samples, durationUs);
  // A handshake that stops, or a server that never answers, is cut off; only an answer can freeze.
  const isAnswered =
    isOpen &&
    (observation.statusCode !== undefined ||
      observation.direction === "up" ||
      bytes - before >= LEAST_ANSWER_BYTES);
  const broken = brokenBy(observation) ?? (silence && !isAnswered ? "timeout" : undefined);
  // A page that somebody puts in the way says nothing of speed, nor do the few bytes of a refusal.
  const isNoMeasure = isRefused || broken === "answered";
  const freeze = isAnswered ? silence : undefined;
  const startMs = observation.time === undefined ? 0 : Date.parse(observation.time);
  const { answers = 1 } = observation;
  const isSmall = answers > 1 && (bytes - before) / answers < LEAST_OBJECT_BYTES;
  const limit = isNoMeasure ? undefined : findRateLimit(samples, rttUs);
  // Objects of a few windows, each asked for after the last, follow one another evenly by themselves. Our own server gives as
  // much as is asked for.
  const isRepeated =
    answers > 1 && observation.comparison !== "control-server" && bytes - before < answers * LEAST_EVEN_BYTES;
  const rateLimit = (isSmall || isRepeated) && limit?.kind !== "saw-tooth" ? undefined : limit;
  const lastUs = samples.find((sample) => sample.bytes === samples.at(-1)!.bytes)?.elapsedUs ?? 0;
  const slowSinceUs = freeze ? lastUs : (rateLimit?.sinceUs ?? 0);
  return {
    observation,
    ...{ startMs, endMs: startMs + durationUs / 1000, slowSinceMs: startMs + slowSinceUs / 1000 },
    speedBps:
      isOpen && !isNoMeasure && bytes > before
        ? bitsPerSecond(bytes - before, durationUs - fromUs)
        : undefined,
    steadyBps: isOpen && !isNoMeasure && !isSmall ? steadySpeed(samples, before) : undefined,
    handshakeUs: isPlain ? undefined : (handshakeUs ?? (isConnected ? durationUs - connectUs : undefined)),
    isConnected,
    isOpen,
    isRefused,
    isSmall,
    rateLimit,
    isLong: isOpen && durationUs - fromUs >= leastLongUs(rttUs),
    freeze,
    broken,
  };
}

/** Each answer of several begins anew. */
export function answerBytesOf({ observation: { bytes = 0, answers = 1 } }: Flow): number {
  return bytes / answers;
}

/** It shook hands, and was neither broken off nor frozen. */
export function wentWell({ isOpen, freeze, broken }: Flow): boolean {
  return isOpen && !freeze && !broken;
}

/** Slow start, and the shortest phase of which a rate is read. */
export function leastLongUs(rttUs = DEFAULT_RTT_US): number {
  return leastStraightUs(rttUs) + SLOW_START_ROUND_TRIPS * Math.max(DEFAULT_RTT_US, rttUs);
}

function isAnsweredByAnother({ comparison, statusCode = OK, failure }: Observation): boolean {
  if (comparison !== "control-server" && comparison !== "inverted") return false;
  if (isRefusal(statusCode)) return isForbidden(statusCode);
  return statusCode !== OK || failure === SHORT_ANSWER;
}

function steadySpeed(samples: readonly Sample[], before: number): number | undefined {
  const last = samples.at(-1);
  if (!last) return undefined;
  const isSecondHalf = ({ bytes }: Sample): boolean => bytes - before >= (last.bytes - before) / 2;
  const reached = samples.find(({ bytes }) => bytes === last.bytes)!;
  const first = samples.find(isSecondHalf)!;
  // What waited behind a hole is counted at once: it came since the count stood still.
  const half = first === reached ? stillSince(samples, (sample) => !isSecondHalf(sample)) : first;
  if (!half || reached.elapsedUs <= half.elapsedUs) return undefined;
  if (last.bytes - half.bytes < LEAST_STEADY_BYTES) return undefined;
  return bitsPerSecond(last.bytes - half.bytes, reached.elapsedUs - half.elapsedUs);
}

/** The first of those that count as much as the last one of this kind. */
function stillSince(samples: readonly Sample[], isOfKind: (sample: Sample) => boolean): Sample | undefined {
  const last = samples.findLast(isOfKind);
  return last && samples.find(({ bytes }) => bytes === last.bytes);
}

function brokenBy(observation: Observation): Flow["broken"] {
  const { failure, samples = [], durationUs = 0 } = observation;
  if (isAnsweredByAnother(observation)) return "answered";
  if (failure === undefined) return undefined;
  const kind = failureKind(failure);
  if (kind === "timeout") {
    const [first, last] = [samples[0]?.bytes ?? 0, samples.at(-1)?.bytes ?? 0];
    const before = samples.findLast(({ elapsedUs }) => elapsedUs <= durationUs - PROGRESS_US)?.bytes ?? first;
    const least = durationUs > PROGRESS_US ? LEAST_PROGRESS_BYTES : 1;
    return last - before >= least ? undefined : "timeout";
  }
  if (kind === "certificate" || kind === "certificate-unclear") return "certificate";
  if (kind === "reset" || kind === "eof" || kind === "refused") return kind;
  return "other";
}
