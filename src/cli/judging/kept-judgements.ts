/**
 * Judgements of a large store out of what was judged last, which says of what: judged anew in the background
 * (judge-process.ts), one at a time, at the start and when the store holds something else, no oftener than `everyMs` and
 * than a fifth of the time. A store of fewer than LARGE measurements is judged while who asks waits, as a short time of a
 * large one is. Bounded: MOST_SINGLE answers about times that were asked for are kept, MOST_WAITING wait.
 */
import { createHash } from "node:crypto";
import type { Judged, Judgements } from "../../server/api/judgements.ts";
import { Refusal } from "../../server/refusal.ts";
import type { Scope, Store } from "../../store/store.ts";
import { changesSpan } from "../serve-judgements.ts";
import { changesIn, incidentsIn, networksIn } from "./from-snapshot.ts";
import type { Judging } from "./judge-process.ts";
import type { JudgeAnswer, JudgeRequest, SingleQuestion } from "./judge-request.ts";
import type { OfStore } from "./judge-store.ts";
import { isOfTheseMethods, keepSnapshot, keptSnapshot, type Snapshot } from "./snapshot.ts";

/** 20,000 with 12,000 controls took 4.4 s for all three, at the lowest priority on a loaded machine: about as long as people wait. */
export const LARGE = 20_000;
const LOOK_MS = 30_000;
const RESTING_TIMES = 4;
const MOST_SINGLE = 16;
const MOST_WAITING = 8;
const RETRY_S = 30;
const USUAL_MS = 60 * 24 * 3_600_000;
/** What went silent is told with time: also of a store that nothing comes into. */
const SILENCE_LOOK_MS = 6 * 3_600_000;

export interface KeeperOptions {
  readonly store: Store;
  readonly direct: Judgements;
  /** Of the snapshot. */
  readonly path: string;
  readonly everyMs: number;
  readonly judge: (
    request: Omit<JudgeRequest, "place" | "out">,
    times: Pick<Scope, "sinceMs" | "untilMs">,
  ) => Judging;
  readonly onTrouble: (message: string) => void;
  readonly large?: number;
  readonly nowMs?: () => number;
}

interface Single {
  readonly question: SingleQuestion;
  answer?: { readonly judged: Judged; readonly fingerprint: string };
}

export class KeptJudgements implements Judgements {
  readonly #options: Required<KeeperOptions>;
  readonly #singles = new Map<string, Single>();
  #snapshot: Snapshot | undefined;
  #waiting: string[] = [];
  #running: Judging | undefined;
  #work: Promise<void> | undefined;
  #notBeforeMs = 0;
  #trouble: string | undefined;
  #isStopped = false;
  /** What the store held when all of it was last to be judged. */
  #seen: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: KeeperOptions) {
    this.#options = { large: LARGE, nowMs: Date.now, ...options };
    this.#snapshot = keptSnapshot(options.path);
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), LOOK_MS);
    this.#timer.unref();
    this.look();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#isStopped = true;
    this.#waiting = [];
    this.#running?.stop();
    await this.#work;
  }

  async networks(scope: Scope): Promise<Judged> {
    if (await this.#isShort(scope)) return this.#options.direct.networks(scope);
    if (scope.sinceMs !== undefined || scope.untilMs !== undefined)
      return this.#single({ about: "networks", scope });
    const snapshot = this.#known();
    return { records: networksIn(snapshot, scope.country), asOf: asOf(snapshot) };
  }

  async incidents(scope: Scope): Promise<Judged> {
    // Of a large store always out of the same whole, so that an incident is the same one whatever time is asked for.
    if (!(await this.#isLarge())) return this.#options.direct.incidents(scope);
    const snapshot = this.#known();
    return { records: incidentsIn(snapshot, scope, this.#options.nowMs()), asOf: asOf(snapshot) };
  }

  async changes(scope: Scope): Promise<Judged> {
    const { store, direct, nowMs } = this.#options;
    if (!(await this.#isLarge())) return direct.changes(scope);
    if (scope.sinceMs === undefined && scope.untilMs === undefined) {
      const snapshot = this.#known();
      const { sinceMs, untilMs } = snapshot.changes;
      return {
        ...{ records: changesIn(snapshot, scope.country), asOf: asOf(snapshot), span: { sinceMs, untilMs } },
      };
    }
    const span = changesSpan(scope, (await store.summary()).lastMs ?? 0, nowMs());
    const asked = { ...scope, ...span };
    const isShort = await this.#isShort({ sinceMs: span.sinceMs - USUAL_MS, untilMs: span.untilMs });
    return isShort
      ? direct.changes(asked)
      : { ...(await this.#single({ about: "changes", scope: asked })), span };
  }

  async #isLarge(): Promise<boolean> {
    return (await this.#options.store.summary()).measurements >= this.#options.large;
  }

  async #isShort({ sinceMs, untilMs }: Scope): Promise<boolean> {
    if (!(await this.#isLarge())) return true;
    if (sinceMs === undefined && untilMs === undefined) return false;
    const times = { ...(sinceMs !== undefined && { sinceMs }), ...(untilMs !== undefined && { untilMs }) };
    const [counted] = await this.#options.store.aggregation(times, [], "day");
    return (counted?.measurements ?? 0) < this.#options.large;
  }

  #known(): Snapshot {
    this.look();
    if (this.#snapshot) return this.#snapshot;
    throw this.#notYet("nothing was judged of this store yet");
  }

  #notYet(what: string): Refusal {
    const how =
      this.#trouble === undefined
        ? "it is being worked out: come again in a while"
        : `working it out failed (${this.#trouble}) and is tried again`;
    return new Refusal(503, `${what}; ${how}`, RETRY_S);
  }

  /** Worked out in its turn; who asks comes again. What is known of before is told meanwhile. */
  #single(question: SingleQuestion): Judged {
    const key = JSON.stringify([
      question.about,
      question.scope.country,
      question.scope.sinceMs,
      question.scope.untilMs,
    ]);
    const known = this.#singles.get(key) ?? { question };
    this.#singles.delete(key);
    this.#singles.set(key, known);
    if (this.#singles.size > MOST_SINGLE) this.#singles.delete(this.#singles.keys().next().value!);
    const now = this.#snapshot?.fingerprint ?? this.#seen;
    const isOld = known.answer === undefined || known.answer.fingerprint !== now;
    if (isOld && !this.#waiting.includes(key)) {
      if (this.#waiting.length >= MOST_WAITING)
        throw new Refusal(503, "too many such questions at once: come again later", RETRY_S);
      this.#waiting.push(key);
      this.look();
    }
    if (known.answer) return known.answer.judged;
    throw this.#notYet("a time with many measurements was not judged before");
  }

  /** Whether something is to be judged; at most one thing is. */
  look(): void {
    if (this.#isStopped) return;
    this.#work ??= this.#turn()
      .catch((error: Error) => {
        if (this.#isStopped) return;
        this.#trouble = error.message;
        this.#options.onTrouble(`judging: ${error.message}`);
      })
      .finally(() => {
        this.#work = undefined;
        if (this.#waiting.length > 0) this.look();
      });
  }

  async #turn(): Promise<void> {
    const { store, nowMs, everyMs, path } = this.#options;
    if (nowMs() >= this.#notBeforeMs && (await this.#isLarge())) {
      const of = await this.#ofStore();
      this.#seen = of.fingerprint;
      if (this.#isNew(of)) {
        // Also where it fails: not at once again.
        this.#notBeforeMs = nowMs() + everyMs;
        const answer = await this.#judge({ of }, {});
        if (answer.kind !== "all" || !isOfTheseMethods(answer.snapshot))
          throw new Error("an answer of another program");
        this.#snapshot = answer.snapshot;
        this.#trouble = undefined;
        this.#notBeforeMs = Math.max(this.#notBeforeMs, nowMs() + RESTING_TIMES * answer.snapshot.tookMs);
        keepSnapshot(path, answer.snapshot);
      }
    }
    const key = this.#waiting.shift();
    const single = key === undefined ? undefined : this.#singles.get(key);
    if (!single) return;
    const of = await this.#ofStore();
    const { question } = single;
    const { sinceMs, untilMs } = question.scope;
    const before = question.about === "changes" ? USUAL_MS : 0;
    const answer = await this.#judge(
      { of, question },
      {
        ...(sinceMs !== undefined && { sinceMs: sinceMs - before }),
        ...(untilMs !== undefined && { untilMs }),
      },
    );
    if (answer.kind !== "single") throw new Error("an answer to something else");
    const time = new Date(of.nowMs).toISOString();
    const { measurements } = await store.summary();
    single.answer = {
      judged: { records: answer.records, asOf: { time, measurements } },
      fingerprint: this.#snapshot?.fingerprint ?? this.#seen ?? of.fingerprint,
    };
  }

  async #judge(...asked: Parameters<KeeperOptions["judge"]>): Promise<JudgeAnswer> {
    // Stopped while the store was being looked at: nobody would stop what is begun now.
    if (this.#isStopped) throw new Error("stopped");
    this.#running = this.#options.judge(...asked);
    try {
      return await this.#running.answer;
    } finally {
      this.#running = undefined;
    }
  }

  #isNew({ fingerprint, nowMs }: OfStore): boolean {
    const known = this.#snapshot;
    if (known?.fingerprint !== fingerprint) return true;
    const { untilMs } = known.changes;
    return (
      nowMs - known.readMs >= SILENCE_LOOK_MS && changesSpan({}, known.lastMs ?? 0, nowMs).untilMs > untilMs
    );
  }

  /** What it holds, as far as counts and times tell; what was announced, by its words. */
  async #ofStore(): Promise<OfStore> {
    const { store, nowMs } = this.#options;
    const summary = await store.summary();
    const hash = createHash("sha256").update(JSON.stringify([summary, await store.timeline({})]));
    return { fingerprint: hash.digest("hex"), measurements: summary.measurements, nowMs: nowMs() };
  }
}

function asOf({ readMs, measurements }: Snapshot): NonNullable<Judged["asOf"]> {
  return { time: new Date(readMs).toISOString(), measurements };
}
