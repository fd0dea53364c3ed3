/**
 * For how long a box remembers a connection, out of connections that were still for different times. An interval: the
 * longest stillness after which it still acted, and the shortest after which it never did again. Forgetting shows only
 * while connections that were kept busy are acted on: a box that acts on nothing by then has forgotten nothing.
 */
import type { Answer } from "./acted-on.ts";
import { agreed, countsOf } from "./agreement.ts";

export interface StateLife {
  /** Still for so long, and acted on all the same. */
  readonly keptSeconds?: number;
  /** Still for so long, and forgotten, as was every one that was still for longer. */
  readonly forgottenSeconds?: number;
  /** Busy for so long, and acted on at the end. */
  readonly busySeconds?: number;
}

export interface LifeAnswers {
  readonly still: ReadonlyMap<number, readonly Answer[]>;
  readonly busySeconds: number;
  readonly busy: readonly Answer[];
}

export function stateLife({ still, busySeconds, busy }: LifeAnswers): StateLife {
  const told = [...still]
    .sort(([a], [b]) => a - b)
    .flatMap(([seconds, answers]) => {
      const acts = agreed(answers);
      return acts === undefined ? [] : [{ seconds, acts }];
    });
  const isActing = agreed(busy) === true;
  const kept = told.findLast(({ acts }) => acts)?.seconds;
  const forgotten = isActing ? told.find(({ seconds }) => seconds > (kept ?? 0))?.seconds : undefined;
  return {
    ...(kept === undefined ? {} : { keptSeconds: kept }),
    ...(forgotten === undefined ? {} : { forgottenSeconds: forgotten }),
    ...(isActing ? { busySeconds } : {}),
  };
}

/** Whether being still gets past the box; undefined where that was not told, or not of the longest stillness. */
export function isPastByStillness(answers: LifeAnswers): boolean | undefined {
  const { keptSeconds, forgottenSeconds } = stateLife(answers);
  if (forgottenSeconds !== undefined) return true;
  return keptSeconds === Math.max(...answers.still.keys()) ? false : undefined;
}

export function lifeSentences({ still, busySeconds, busy }: LifeAnswers): string[] {
  const parts = [...still]
    .sort(([a], [b]) => a - b)
    .map(([seconds, answers]) => `${seconds} s: ${countsOf(answers)}`);
  const untold = agreed(busy) === true ? "" : ": when a still one is forgotten cannot be told";
  return [
    `connections that were still after the hello for ${parts.join("; ")}`,
    `connections kept busy for ${busySeconds} s: ${countsOf(busy)}${untold}`,
  ];
}
