/**
 * The ladder of measures against one platform: warning, lawsuit, throttling, suspension, lifting. Rungs are taken in
 * order, each once, as soon as all that its condition asks holds. A platform that does what is demanded never fulfils
 * the conditions, and is spared. Conditions read the register's decisions; times are scenario clock.
 */
import { NETWORK_KINDS } from "../scenario/scenario.ts";
import type { Ladder as LadderPlan, OrderTemplate, Rung } from "../scenario/story.ts";
import { decidedOf, type Tally, unfulfilledOf } from "./tally.ts";

export class Ladder {
  readonly platform: string;
  readonly #rungs: readonly Rung[];
  #next = 0;
  #previousMs = Number.NEGATIVE_INFINITY;

  constructor({ platform, rungs }: LadderPlan) {
    this.platform = platform;
    this.#rungs = rungs;
  }

  /** The rung that comes next, or undefined when all are taken. */
  get next(): Rung | undefined {
    return this.#rungs[this.#next];
  }

  /** Rungs taken. */
  get taken(): number {
    return this.#next;
  }

  /** From when on the next rung's times hold; -Infinity when it asks for none. */
  get readyMs(): number {
    const { fromMs = Number.NEGATIVE_INFINITY, afterPreviousMs = 0 } = this.next?.when ?? {};
    return Math.max(fromMs, this.#previousMs + afterPreviousMs);
  }

  /** `tally`: the platform's decisions so far. Without any, no share holds. */
  holds(nowMs: number, tally: Tally): boolean {
    if (!this.next || nowMs < this.readyMs) return false;
    const { unfulfilled = 0, unfulfilledShare, removedShare } = this.next.when;
    const decided = decidedOf(tally);
    if (unfulfilledOf(tally) < unfulfilled) return false;
    const hasShare = (share: number | undefined, count: number): boolean =>
      share === undefined || (decided > 0 && count / decided >= share);
    return hasShare(unfulfilledShare, unfulfilledOf(tally)) && hasShare(removedShare, tally.removed);
  }

  /** Takes the next rung; only while there is one. */
  take(nowMs: number): Rung {
    const rung = this.#rungs[this.#next++]!;
    this.#previousMs = nowMs;
    return rung;
  }
}

/** Of a rung that names none: on all devices of every network that is not abroad. */
export function usualOrder({ step }: Rung, platform: string): OrderTemplate | undefined {
  const targets = [platform];
  if (step === "lifting") return { kind: "lift", targets, share: {} };
  if (step !== "throttling" && step !== "suspension") return undefined;
  const share = Object.fromEntries(
    NETWORK_KINDS.filter((kind) => kind !== "abroad").map((kind) => [kind, 1]),
  );
  return { kind: step === "throttling" ? "throttle" : "block", targets, share };
}
