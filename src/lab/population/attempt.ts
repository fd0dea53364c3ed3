/**
 * One attempt of one user, played through: name, connection, handshake, transfer. What it becomes is decided by the
 * course (the truth) and, for a share that the configuration gives, by noise, caches and impatience. One object is
 * played again and again, so that a million attempts leave nothing behind.
 */
import type { Random } from "../../base/random.ts";
import type { Operation } from "../../observation/vocabulary.ts";
import type { Calibration } from "./calibration.ts";
import { BROKEN, type Course, type End } from "./course.ts";
import { bytesAt, type Progress } from "./progress.ts";
import { lossyUs, type Path, policedUs, shapedUs, spread } from "./transfer-models.ts";

/** As visits have them (visit/visit-site.ts). */
const WAIT_US: Readonly<Partial<Record<Operation, number>>> = {
  resolve: 8e6,
  connect: 10e6,
  tls_handshake: 15e6,
};
/** Failures for no reason, as crowds have them. */
const NOISE: readonly End[] = [
  { operation: "resolve", failure: "dns_temporary_failure" },
  { operation: "connect", failure: "generic_timeout_error" },
  { operation: "connect", failure: "network_unreachable" },
  { operation: "tls_handshake", failure: "eof_error" },
  { operation: "read", failure: "connection_reset" },
  { operation: "read", failure: "generic_timeout_error" },
];
/** A SYN is sent again after 1, 3 and 7 s, before a connection is given up (RFC 6298). */
const SYN_WAITS_US = [0, 1e6, 3e6, 7e6];
const RESOLVE_US = 15_000;
/** Round trips of a handshake of TLS 1.3, the server's work included. */
const HANDSHAKE_ROUNDS = 1.3;
const CACHE_US = [2_000, 30_000] as const;
/** Flows that share a box's bucket besides one's own, on average. */
const SHARERS = 3;
/** From burst to burst under a policer; fast ones end in time-outs of 200 ms and more. */
const STEP_US = [250_000, 1_200_000] as const;

export class Attempt {
  // What is asked
  course!: Course;
  timeMs = 0;
  isTransfer = true;
  isUpload = false;
  isBrowser = false;
  /** Of a browser: factor of the time of a transfer that nothing holds back. */
  machine = 1;
  wantedBytes = 0;
  timeoutUs = 0;
  /** 0: endless. */
  patienceUs = 0;
  readonly path: Path = { rttUs: 0, rateBps: 0, loss: 0 };

  // What became of it
  operation: Operation | undefined;
  failure: string | undefined;
  /** The transfer began: bytes and duration are known. */
  isMeasured = false;
  isCached = false;
  bytes = 0;
  durationUs = 0;
  rttUs = 0;
  /** From the start to the end. */
  totalUs = 0;
  readonly progress: Progress = {
    shape: "even",
    firstUs: 0,
    endUs: 0,
    bytes: 0,
    soonBytes: 0,
    gapUs: 1,
  };

  readonly #random: Random;
  readonly #table: Calibration;
  readonly #noiseShare: number;
  readonly #cacheShare: number;

  constructor(random: Random, table: Calibration, noiseShare: number, cacheShare: number) {
    this.#random = random;
    this.#table = table;
    this.#noiseShare = noiseShare;
    this.#cacheShare = cacheShare;
  }

  play(): void {
    const random = this.#random;
    const { course } = this;
    this.operation = undefined;
    this.failure = undefined;
    this.isMeasured = false;
    this.isCached = false;
    this.bytes = 0;
    this.durationUs = 0;
    this.totalUs = 0;
    this.rttUs = this.path.rttUs;
    if (this.isTransfer && this.isBrowser && !this.isUpload && random.next() < this.#cacheShare) {
      this.#answerFromCache();
      return;
    }
    const noise = random.next() < this.#noiseShare ? random.pick(NOISE) : undefined;
    const isBroken = this.timeMs >= course.brokenFromMs;
    const isHit = course.end !== undefined && random.next() < course.endShare;
    const end = noise ?? (isHit ? (isBroken ? BROKEN : course.end) : undefined);
    if (this.#takes("resolve", RESOLVE_US * spread(random, 0.5), end)) return;
    if (this.#takes("connect", this.#connectUs(), end)) return;
    if (this.#takes("tls_handshake", this.#handshakeUs(), end)) return;
    if (this.#takes("http_round_trip", 0, end)) return;
    if (!this.isTransfer) {
      if (end?.operation === "read") this.#fail(end);
      this.totalUs += this.path.rttUs + this.#table.serverUs;
      return;
    }
    this.#transfer(end);
  }

  /** Lets the time of a step pass; true when the attempt ended there. */
  #takes(operation: Operation, us: number, end: End | undefined): boolean {
    const mostUs = Math.min(WAIT_US[operation] ?? this.timeoutUs, this.timeoutUs - this.totalUs);
    if (end?.operation === operation) {
      const isTimeout = end.failure === "generic_timeout_error";
      this.totalUs += isTimeout ? mostUs : Math.min(mostUs, us + this.path.rttUs);
      this.#fail(end);
      return true;
    }
    if (us < mostUs) {
      this.totalUs += us;
      return false;
    }
    this.totalUs += mostUs;
    this.operation = operation;
    this.failure = "generic_timeout_error";
    return true;
  }

  #fail(end: End): void {
    this.operation = end.operation;
    this.failure = end.failure;
  }

  #connectUs(): number {
    const { course, path } = this;
    const us = path.rttUs + 2 * course.delayUs;
    if (course.loss === 0) return us;
    const lostShare = 1 - (1 - course.loss) ** 2;
    const wait = SYN_WAITS_US.find(() => this.#random.next() >= lostShare);
    return wait === undefined ? Number.POSITIVE_INFINITY : us + wait;
  }

  #handshakeUs(): number {
    const { course, path } = this;
    const random = this.#random;
    let us = path.rttUs * HANDSHAKE_ROUNDS + 2 * course.delayUs;
    if (course.slowing === "delayed") us += course.low + random.next() * (course.high - course.low);
    if (course.slowing === "policed") {
      const beyond = this.#table.handshakeBytes - course.burstBytes;
      if (beyond > 0) us += (beyond * 8e6) / course.rateBps;
    }
    if (course.loss > 0) {
      const lostShare = 1 - (1 - course.loss) ** 2;
      for (let wait = path.rttUs + 2e5; random.next() < lostShare && wait < 60e6; wait *= 2) us += wait;
    }
    return us;
  }

  #transfer(end: End | undefined): void {
    const { course, progress } = this;
    const isAffected = course.directions === "both" || course.directions === (this.isUpload ? "up" : "down");
    const slowing = isAffected ? course.slowing : "none";
    const bytes = this.wantedBytes;
    progress.firstUs = this.path.rttUs;
    progress.bytes = this.isBrowser ? bytes : bytes + this.#table.overheadBytes;
    let us = this.#transferUs(slowing, bytes);
    progress.endUs = us;
    const step = this.isUpload ? "write" : "read";
    if (slowing === "frozen") {
      const frozenAt = course.low + this.#random.next() * (course.high - course.low);
      const allowed = Math.max(0, Math.round(frozenAt) - this.#table.handshakeBytes);
      if (allowed < progress.bytes) {
        progress.shape = "stuck";
        progress.soonBytes = allowed;
        us = Number.POSITIVE_INFINITY;
      }
    }
    const setUpUs = this.totalUs;
    const leftUs = this.timeoutUs - setUpUs;
    if (end) {
      us = end.failure === "generic_timeout_error" ? leftUs : Math.min(us, leftUs) * this.#random.next();
      progress.endUs = Math.max(progress.endUs, us * 1.01);
      this.operation = step;
      this.failure = end.failure;
    } else if (us > leftUs) {
      us = leftUs;
      this.operation = step;
      this.failure = "generic_timeout_error";
    }
    if (this.patienceUs > 0 && setUpUs + us > this.patienceUs) {
      us = Math.max(0, this.patienceUs - setUpUs);
      this.operation = step;
      this.failure = "operation_canceled";
    }
    this.isMeasured = true;
    this.bytes = this.failure === undefined ? progress.bytes : bytesAt(progress, us);
    this.totalUs += us;
    if (this.isBrowser) {
      // A browser's own clock runs from before the connection.
      progress.firstUs += setUpUs;
      progress.endUs += setUpUs;
      us += setUpUs;
    }
    this.durationUs = Math.max(1, Math.round(us));
  }

  #transferUs(slowing: Course["slowing"], bytes: number): number {
    const { course, path, progress } = this;
    const random = this.#random;
    const table = this.#table;
    progress.soonBytes = 0;
    switch (slowing) {
      case "policed": {
        const rateBps = course.isShared
          ? course.rateBps / (1 + Math.floor(random.exponential(SHARERS)))
          : course.rateBps;
        progress.shape = "steps";
        progress.soonBytes = (course.burstBytes * table.segmentBytes) / table.packetBytes;
        progress.gapUs = STEP_US[0] + random.next() * (STEP_US[1] - STEP_US[0]);
        const us = policedUs(path, bytes, rateBps, course.burstBytes, random, table);
        if (!this.isBrowser) return us;
        return us / (table.browserPolicedShare * spread(random, table.browserPolicedSpread));
      }
      case "shaped":
        progress.shape = "even";
        this.rttUs += course.queueUs;
        return shapedUs(path, bytes, course.rateBps, course.burstBytes, random, table);
      case "crowded":
        progress.shape = "even";
        path.loss = 1 - (1 - path.loss) * (1 - course.loss);
        this.rttUs = path.rttUs += 2 * course.delayUs;
        return lossyUs(path, bytes, random, table);
      default: {
        const own = this.isBrowser ? this.machine * spread(random, table.browserOpenSpread) : 1;
        const us = lossyUs(path, bytes, random, table) * own;
        progress.shape = us > 20 * path.rttUs ? "even" : "growing";
        return us;
      }
    }
  }

  #answerFromCache(): void {
    const [low, high] = CACHE_US;
    this.isMeasured = true;
    this.isCached = true;
    this.bytes = this.wantedBytes;
    this.durationUs = this.totalUs = Math.round(low + this.#random.next() * (high - low));
    this.progress.shape = "even";
    this.progress.bytes = this.bytes;
    this.progress.firstUs = 0;
    this.progress.endUs = this.durationUs;
  }
}
