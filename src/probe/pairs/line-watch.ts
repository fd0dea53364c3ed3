/**
 * Which flows of each comparison run, and whether somebody has looked at the line of late. Beside an arm that takes its time the
 * line, and the other end, must be seen to be well: beside either arm, for a look takes some of its speed, and the two are to be
 * held against each other. Looks call for no looks. Times in ms, from the caller.
 */
import type { Arm } from "./arms.ts";

export type FlowKind = Arm | "look";

interface Watched {
  readonly running: Record<FlowKind, number>;
  readonly endedMs: Record<FlowKind, number>;
}

export class LineWatch {
  readonly #watched = new Map<string, Watched>();

  readonly #everyMs: number;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  begin(key: string, kind: FlowKind): void {
    this.#of(key).running[kind]++;
  }

  end(key: string, kind: FlowKind, nowMs: number): void {
    const { running, endedMs } = this.#of(key);
    running[kind]--;
    endedMs[kind] = nowMs;
  }

  /** Flows of that comparison that run, looks included. */
  running(key: string): number {
    const { target, control, look } = this.#of(key).running;
    return target + control + look;
  }

  /** Of all comparisons. */
  runningAll(): number {
    return [...this.#watched.keys()].reduce((sum, key) => sum + this.running(key), 0);
  }

  /** One arm runs, and for so long neither the other nor a look did. `targetsOf`: whose targets are taken as well. */
  lacksWitness(key: string, nowMs: number, targetsOf = key): boolean {
    const { running, endedMs } = this.#of(key);
    const others = this.#of(targetsOf);
    // Beside another comparison's flows it is all the same which arm they are.
    const ofOthers = targetsOf === key ? 0 : others.running.target + others.running.control;
    const isTarget = running.target + ofOthers > 0;
    if (running.look > 0 || isTarget === running.control > 0) return false;
    const endedOtherMs = isTarget ? endedMs.control : Math.max(endedMs.target, others.endedMs.target);
    return nowMs - Math.max(endedOtherMs, endedMs.look) >= this.#everyMs;
  }

  #of(key: string): Watched {
    const none = { target: 0, control: 0, look: 0 };
    const known = this.#watched.get(key) ?? { running: { ...none }, endedMs: { ...none } };
    this.#watched.set(key, known);
    return known;
  }
}
