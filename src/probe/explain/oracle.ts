/**
 * Asks of single connections whether they are acted on: carries each out until whoever judges can tell, some lanes side by
 * side. Bounds: lanes, a deadline for all, a time and bytes for each. What cannot be told is `unsure`, and so is what
 * would begin after the deadline.
 */
import { isRefusal } from "../../observation/http-status.ts";
import type { TransferDirection } from "../../observation/observation.ts";
import type { Place } from "../pairs/arms.ts";
import { afterWait } from "../transfer/after-wait.ts";
import type { HelloShape } from "../transfer/hello-shape.ts";
import { runTransfer } from "../transfer/run-transfer.ts";
import {
  type TransferOutcome,
  type TransferRequest,
  type Trust,
  UNWATCHED,
  type Wait,
} from "../transfer/transfer.ts";
import type { Decoy } from "./decoy.ts";
import { NOT_SUPPORTED, runDecoyTransfer } from "./decoy-transfer.ts";
import { runHelloBackTransfer } from "./hello-back-transfer.ts";

export type Answer = "yes" | "no" | "unsure";

export interface ConnectionSpec {
  /** Sent as SNI; absent: none. */
  readonly name?: string;
  readonly shape?: HelloShape;
  readonly decoy?: Decoy;
  readonly isRoomy?: boolean;
  /** In clear text: no hello is sent, and the name stands in the request's Host. */
  readonly plain?: boolean;
  /** The hello with the name comes from the server; only a control server of ours sends it, and bytes after it. */
  readonly helloBack?: boolean;
  /** Every byte inverted both ways: only a control server of ours answers. */
  readonly inverted?: boolean;
  /** What counts is what comes after it. */
  readonly wait?: Wait;
  /** Absent: the control server. */
  readonly place?: Place;
  /** Of an object at another place than the control server. */
  readonly path?: string;
  readonly host?: string;
}

export interface Asked {
  readonly spec: ConnectionSpec;
  readonly answer: Answer;
  /** Absent: it was too late to begin. */
  readonly outcome?: TransferOutcome;
}

export interface OracleOptions {
  readonly server: Place;
  readonly trust: Trust;
  readonly direction: TransferDirection;
  readonly bytes: number;
  readonly timeoutMs: number;
  readonly lanes: number;
  /** Of `performance.now()`. */
  readonly deadlineMs: number;
  /** Of all connections together: none is begun beyond. */
  readonly mostBytes: number;
  /** Aborted: none is begun any more, and those under way end. */
  readonly signal?: AbortSignal;
  /**
   * Where a server that refuses, or is gone, looks as if the connection were acted on: this one, asked at once, must be free for
   * a "yes" to count.
   */
  readonly beside?: ConnectionSpec;
  /** Pure. Undefined: not to be told yet. */
  readonly judge: (soFar: TransferOutcome) => "yes" | "no" | undefined;
  /** Pure. What repeated answers say together; undefined: nothing yet. */
  readonly agreed: (answers: readonly Answer[]) => boolean | undefined;
}

/** Somewhat more than is wanted: the client ends it. */
const SPARE_BYTES = 32_768;
/** A single connection may be lost, late, or one that a box failed to act on. */
const LEAST_REPEATS = 2;
const MOST_REPEATS = 4;

export class Oracle {
  readonly #options: OracleOptions;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #lastBeside: { readonly beganMs: number; readonly isFree: Promise<boolean> } | undefined;
  connections = 0;
  bytes = 0;

  constructor(options: OracleOptions) {
    this.#options = options;
  }

  get isOver(): boolean {
    const { deadlineMs, mostBytes, signal } = this.#options;
    return performance.now() >= deadlineMs || this.bytes >= mostBytes || signal?.aborted === true;
  }

  askAll(specs: readonly ConnectionSpec[]): Promise<Asked[]> {
    return Promise.all(specs.map((spec) => this.ask(spec)));
  }

  /** Twice side by side, then again while the answers do not agree, four times at most. */
  async askUntilAgreed(spec: ConnectionSpec): Promise<Answer[]> {
    const asked = await this.askAll(Array.from({ length: LEAST_REPEATS }, () => spec));
    const answers = asked.map(({ answer }) => answer);
    while (answers.length < MOST_REPEATS && this.#options.agreed(answers) === undefined && !this.isOver)
      answers.push((await this.ask(spec)).answer);
    return answers;
  }

  async ask(spec: ConnectionSpec): Promise<Asked> {
    if (this.#running >= this.#options.lanes) await new Promise<void>((go) => this.#waiting.push(go));
    else this.#running++;
    try {
      if (this.isOver) return { spec, answer: "unsure" };
      const beganMs = performance.now();
      const asked = await this.#askOne(spec);
      const counts = asked.answer !== "yes" || (await this.#isFreeBeside(beganMs));
      return counts ? asked : { ...asked, answer: "unsure" };
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  async #askOne(spec: ConnectionSpec): Promise<Asked> {
    const outcome = await this.#carryOut(spec);
    this.connections++;
    this.bytes += outcome.bytes;
    const counted = spec.wait ? afterWait(outcome) : outcome;
    return { spec, answer: counted ? this.#answerOf(counted) : "unsure", outcome };
  }

  /** By one that began since: those that ran side by side share it. In the lane of whoever asks. */
  #isFreeBeside(sinceMs: number): Promise<boolean> {
    const { beside } = this.#options;
    if (!beside) return Promise.resolve(true);
    if (!this.#lastBeside || this.#lastBeside.beganMs < sinceMs) {
      if (this.isOver) return Promise.resolve(false);
      const isFree = this.#askOne(beside).then(({ answer }) => answer === "no");
      this.#lastBeside = { beganMs: performance.now(), isFree };
    }
    return this.#lastBeside.isFree;
  }

  #carryOut(spec: ConnectionSpec): Promise<TransferOutcome> {
    const { server, trust, direction, bytes, judge, signal } = this.#options;
    const { name, shape, decoy, isRoomy, plain, helloBack, inverted, wait, place = server } = spec;
    const path = direction === "up" ? "/upload" : `/bytes/${bytes + SPARE_BYTES}`;
    const leftMs = this.#options.deadlineMs - performance.now();
    const request: TransferRequest = {
      ...{ address: place.address, port: place.port, trust: { ...trust, insecure: true }, direction, bytes },
      ...(name === undefined ? {} : { serverName: name }),
      ...(shape === undefined ? {} : { shape }),
      ...(inverted ? { inverted } : {}),
      ...(plain ? { plain } : {}),
      ...(wait ? { wait } : {}),
      host: spec.host ?? name ?? place.address,
      path: spec.path ?? path,
      timeoutMs: Math.max(1, Math.min(this.#options.timeoutMs + 1000 * (wait?.seconds ?? 0), leftMs)),
    };
    const isTold = (soFar: TransferOutcome): boolean => {
      if (signal?.aborted) return true;
      const counted = wait ? afterWait(soFar) : soFar;
      return counted !== undefined && judge(counted) !== undefined;
    };
    if (helloBack) return runHelloBackTransfer({ ...request, name: name ?? place.address }, isTold);
    return decoy
      ? runDecoyTransfer({ ...request, decoy, ...(isRoomy ? { isRoomy } : {}) }, isTold)
      : runTransfer(request, { ...UNWATCHED, isEnough: isTold });
  }

  #answerOf(outcome: TransferOutcome): Answer {
    if (outcome.failure === NOT_SUPPORTED) return "unsure";
    if (isRefusal(outcome.statusCode) || outcome.ended === "short") return "unsure";
    return this.#options.judge(outcome) ?? "unsure";
  }
}
