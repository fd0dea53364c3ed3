/**
 * The scenario clock of all rows: it stands still while a row does something, and jumps to the next time that a row
 * waits for when all of them wait.
 */
export class BehaviourClock {
  readonly #setClock: (ms: number) => Promise<void>;
  readonly #waiting: { readonly ms: number; readonly go: () => void }[] = [];
  #busy = 0;
  #ms = 0;

  constructor(setClock: (ms: number) => Promise<void>) {
    this.#setClock = setClock;
  }

  get ms(): number {
    return this.#ms;
  }

  /** Runs works that may wait for the clock, side by side. */
  async run(works: readonly (() => Promise<void>)[]): Promise<void> {
    this.#busy += works.length;
    await Promise.all(
      works.map(async (work) => {
        try {
          await work();
        } finally {
          this.#rest();
        }
      }),
    );
  }

  /** Resolves when the scenario clock shows `ms`, or at once when it is past that. */
  async until(ms: number): Promise<void> {
    if (ms <= this.#ms) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push({ ms, go: resolve });
      this.#rest();
    });
  }

  #rest(): void {
    this.#busy--;
    if (this.#busy > 0 || this.#waiting.length === 0) return;
    this.#ms = Math.min(...this.#waiting.map(({ ms }) => ms));
    const due = this.#waiting.filter(({ ms }) => ms <= this.#ms);
    for (const waiting of due) this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
    this.#busy = due.length;
    void this.#setClock(this.#ms).then(() => {
      for (const { go } of due) go();
    });
  }
}
