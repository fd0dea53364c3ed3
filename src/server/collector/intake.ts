/**
 * Takes what the journal holds into the store, in batches, in the journal's order, and lets the journal go of it when the
 * store has it. While the store fails it tries again, later and later; a record that only the store refuses is put aside
 * whole, so that it does not hold up what comes after it.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Store, StoreProblem } from "../../store/store.ts";
import type { Journal } from "../journal/journal.ts";
import type { DeadLetters } from "./dead-letters.ts";
import { entryOf, type JournalEntry, type SubmissionEntry } from "./journal-entry.ts";

const BATCH_BYTES = 16 << 20;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;
/** Submissions that come one by one are taken together: a transaction costs as much as many of them. */
const GATHER_MS = 400;

export interface IntakeEffects {
  readonly onTrouble: (message: string) => void;
  readonly onStored: (submissions: readonly SubmissionEntry[]) => void;
}

export class Intake {
  readonly #journal: Journal;
  readonly #store: Store;
  readonly #deadLetters: DeadLetters;
  readonly #effects: IntakeEffects;
  readonly #forgets = new Map<string, (deleted: number) => void>();
  readonly #stopping = new AbortController();
  readonly #stopped = new Promise<void>((resolve) =>
    this.#stopping.signal.addEventListener("abort", () => resolve(), { once: true }),
  );
  #running: Promise<void> | undefined;
  /** Ends the pause in which submissions gather. */
  #hurry: () => void = () => {};
  observations = 0;
  duplicates = 0;
  submissions = 0;
  /** Of the store, while it fails. */
  trouble: string | undefined;

  constructor(journal: Journal, store: Store, deadLetters: DeadLetters, effects: IntakeEffects) {
    this.#journal = journal;
    this.#store = store;
    this.#deadLetters = deadLetters;
    this.#effects = effects;
  }

  start(): void {
    this.#running = this.#run().catch((error: unknown) => {
      this.trouble = `the journal can no longer be read: ${(error as Error).message.split("\n")[0]}: start again`;
      this.#effects.onTrouble(this.trouble);
    });
  }

  /** A deletion that is to go through the journal: its ticket, and how many observations went. */
  expectForget(): {
    readonly ticket: string;
    readonly deleted: Promise<number>;
    readonly giveUp: () => void;
  } {
    const ticket = randomUUID();
    const deleted = new Promise<number>((resolve) => this.#forgets.set(ticket, resolve));
    this.#hurry();
    return { ticket, deleted, giveUp: () => this.#forgets.delete(ticket) };
  }

  /** After what the journal holds now, or with it left there where the store fails. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #run(): Promise<void> {
    for (;;) {
      const batch = await this.#journal.next(BATCH_BYTES);
      if (batch) {
        if (!(await this.#takeAll(batch.payloads.map((payload) => entryOf(payload) ?? payload.toString()))))
          return;
        await this.#journal.done(batch);
      } else if (this.#isStopping) return;
      else {
        await Promise.race([this.#journal.grown(), this.#stopped]);
        const isAwaited = this.#isStopping || this.#forgets.size > 0;
        const hurried = new Promise<void>((resolve) => (this.#hurry = resolve));
        if (!isAwaited) await Promise.race([this.#pause(GATHER_MS), hurried]);
      }
    }
  }

  /** False: stopped before the store had all of it. */
  async #takeAll(entries: readonly (JournalEntry | string)[]): Promise<boolean> {
    let waiting: SubmissionEntry[] = [];
    for (const entry of entries) {
      if (typeof entry === "string") {
        if (!(await this.#putAside("a record of a newer version", entry))) return false;
      } else if (entry.kind === "submission") waiting.push(entry);
      else if (entry.kind === "forget") {
        if (!(await this.#add(waiting))) return false;
        waiting = [];
        const deleted = await this.#persist(() => this.#store.forget(entry.token));
        if (deleted === undefined) return false;
        this.#forgets.get(entry.ticket)?.(deleted);
        this.#forgets.delete(entry.ticket);
      }
    }
    return this.#add(waiting);
  }

  async #add(submissions: readonly SubmissionEntry[]): Promise<boolean> {
    if (submissions.length === 0) return true;
    try {
      const added = await this.#persist(() =>
        this.#store.add({
          observations: submissions.flatMap(({ observations }) => observations),
          verdicts: submissions.flatMap(({ verdicts }) => verdicts),
          // Of one that came twice the first token counts.
          tokens: new Map(submissions.map(({ id, token }) => [id, token] as const).reverse()),
        }),
      );
      if (!added) return false;
      this.observations += added.added;
      this.duplicates += added.duplicates;
      this.submissions += submissions.length;
      this.#effects.onStored(submissions);
      return true;
    } catch (error) {
      return this.#addApart(submissions, error);
    }
  }

  /** The store refused something in it: by halves, until it is alone. */
  async #addApart(submissions: readonly SubmissionEntry[], error: unknown): Promise<boolean> {
    if (submissions.length === 1) {
      const reason = (error as Error).message.split("\n")[0]!;
      return this.#putAside(reason, submissions[0]!);
    }
    const half = submissions.length >> 1;
    return (await this.#add(submissions.slice(0, half))) && (await this.#add(submissions.slice(half)));
  }

  async #putAside(reason: string, entry: JournalEntry | string): Promise<boolean> {
    const where = "acknowledged, and put aside in refused-by-store.jsonl";
    this.#effects.onTrouble(`a measurement that the store does not take, ${where}: ${reason}`);
    const kept = await this.#persist(() => this.#deadLetters.keep(reason, entry).then(() => true));
    return kept === true;
  }

  /** Again and again while the machine fails; undefined: stopped. Bugs and refused records throw. */
  async #persist<T>(work: () => Promise<T>): Promise<T | undefined> {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      try {
        const result = await work();
        this.trouble = undefined;
        return result;
      } catch (error) {
        if (!(error instanceof StoreProblem)) throw error;
        if (this.trouble === undefined) this.#effects.onTrouble(error.message);
        this.trouble = error.message;
        if (this.#isStopping) return undefined;
        await this.#pause(waitMs);
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}
