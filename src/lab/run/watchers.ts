/**
 * Those who follow a running laboratory: every line of its timeline and every visit is told to each, from the start of
 * the story on.
 */
import type { Listener, VisitReport } from "./laboratory.ts";

type Watch = (line: Record<string, unknown>) => void;

export class Watchers implements Listener {
  readonly #watching = new Map<Watch, () => void>();
  readonly #told: Record<string, unknown>[] = [];
  #isOver = false;
  #onFollower: () => void = () => {};
  /** Resolves when somebody follows. */
  readonly firstFollower = new Promise<void>((resolve) => {
    this.#onFollower = resolve;
  });

  happened(line: Record<string, unknown>): void {
    this.#tell(line);
  }

  visited({ request, outcome, network, atMs, truth }: VisitReport): void {
    const { samples: _, ...seen } = outcome;
    this.#tell({ type: "visit", time: new Date(atMs).toISOString(), network, truth, ...request, ...seen });
  }

  #tell(line: Record<string, unknown>): void {
    this.#told.push(line);
    for (const watch of this.#watching.keys()) watch(line);
  }

  /** Resolves at the story's end, or when `closed` does. */
  follow(watch: Watch, closed: Promise<void>): Promise<void> {
    this.#onFollower();
    for (const line of this.#told) watch(line);
    if (this.#isOver) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        this.#watching.delete(watch);
        resolve();
      };
      this.#watching.set(watch, finish);
      void closed.then(finish);
    });
  }

  end(): void {
    this.#isOver = true;
    for (const finish of this.#watching.values()) finish();
  }
}
