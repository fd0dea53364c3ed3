/**
 * What an import reads of one file goes through here into the store, in batches of bounded size, and is counted: added,
 * there already, refused and why. Readers hand in synchronously; the reading waits for the store at `ready`.
 */
import type { TimelineEntry } from "../observation/timeline-entry.ts";
import type { Entries, Store, StoredObservation } from "../store/store.ts";
import type { Verdict } from "../verdict/verdict.ts";

/** Observations at a time: some 10 MB. */
const BATCH = 20_000;
const MOST_REASONS = 100;
const MOST_REASON_CHARACTERS = 200;

export interface RefusedReason {
  readonly reason: string;
  readonly count: number;
  /** Of the first; 0: of the file as a whole. */
  readonly firstLine: number;
}

export interface FileReport {
  readonly file: string;
  readonly kind: string;
  /** Observations and entries of the timeline. */
  readonly added: number;
  readonly duplicates: number;
  /** Lines, or values of a line the rest of which was kept. */
  readonly refused: number;
  readonly reasons: readonly RefusedReason[];
}

export class Intake {
  readonly #store: Store;
  readonly #reasons = new Map<string, { reason: string; count: number; firstLine: number }>();
  #observations: StoredObservation[] = [];
  #verdicts: Verdict[] = [];
  #timeline: TimelineEntry[] = [];
  #trouble: { readonly error: unknown } | undefined;
  #refused = 0;
  added = 0;
  duplicates = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** False: the store failed, and `finish` will say how. */
  get goesOn(): boolean {
    return this.#trouble === undefined;
  }

  take({ observations, verdicts = [] }: Entries): void {
    // One by one: spreading a long list overflows the stack.
    for (const one of observations) this.#observations.push(one);
    for (const one of verdicts) this.#verdicts.push(one);
  }

  tell(entry: TimelineEntry): void {
    this.#timeline.push(entry);
  }

  refuse(reason: string, line = 0): void {
    this.#refused++;
    // The same complaint about different values is one reason.
    const kind = reason.replace(/'[^']*'/g, "'...'").replace(/\d+/g, "#");
    const known = this.#reasons.get(kind);
    if (known) known.count++;
    else if (this.#reasons.size < MOST_REASONS)
      this.#reasons.set(kind, { reason: reason.slice(0, MOST_REASON_CHARACTERS), count: 1, firstLine: line });
  }

  /** To be waited for between chunks; never throws. */
  readonly ready = async (): Promise<void> => {
    if (this.#observations.length >= BATCH) await this.#flush();
  };

  async finish(): Promise<Omit<FileReport, "file" | "kind">> {
    await this.#flush();
    if (this.#trouble) throw this.#trouble.error;
    const reasons = [...this.#reasons.values()].sort((a, b) => b.count - a.count);
    return { added: this.added, duplicates: this.duplicates, refused: this.#refused, reasons };
  }

  async #flush(): Promise<void> {
    const [observations, verdicts, timeline] = [this.#observations, this.#verdicts, this.#timeline];
    [this.#observations, this.#verdicts, this.#timeline] = [[], [], []];
    if (!this.goesOn) return;
    try {
      if (observations.length + verdicts.length > 0)
        this.count(await this.#store.add({ observations, verdicts }));
      if (timeline.length > 0) this.count(await this.#store.addTimeline(timeline));
    } catch (error) {
      this.#trouble = { error };
    }
  }

  count({ added, duplicates }: { readonly added: number; readonly duplicates: number }): void {
    this.added += added;
    this.duplicates += duplicates;
  }
}
