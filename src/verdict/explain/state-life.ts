/**
 * For how long a box remembers a connection, out of connections that were still for different times. An interval: the
 * longest stillness after which it still acted, and the shortest after which it never did again.
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
  const kept = told.findLast(({ acts }) => acts)?.seconds;
  const forgotten = told.find(({ seconds }) => seconds > (kept ?? 0))?.seconds;
  return {
    ...(kept === undefined ? {} : { keptSeconds: kept }),
    ...(forgotten === undefined ? {} : { forgottenSeconds: forgotten }),
    ...(agreed(busy) ? { busySeconds } : {}),
  };
}

/** Whether being still gets past the box; undefined where that was not told. */
export function isPastByStillness({ keptSeconds, forgottenSeconds }: StateLife): boolean | undefined {
  if (forgottenSeconds !== undefined) return true;
  return keptSeconds === undefined ? undefined : false;
}

export function lifeSentences({ still, busySeconds, busy }: LifeAnswers): string[] {
  const parts = [...still]
    .sort(([a], [b]) => a - b)
    .map(([seconds, answers]) => `${seconds} s: ${countsOf(answers)}`);
  return [
    `connections that were still after the hello for ${parts.join("; ")}`,
    `connections kept busy for ${busySeconds} s: ${countsOf(busy)}`,
  ];
}
