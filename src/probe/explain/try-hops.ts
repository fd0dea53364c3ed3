/**
 * Connections whose trigger reaches only so many hops: to the control server under a neutral name, which boxes up to the
 * hop see as the target's. At every TTL to MOST_HOPS once, then again where the caller says that it is doubtful. Needs
 * Linux and no privileges; elsewhere all answers are `unsure`.
 */
import type { Place } from "../pairs/arms.ts";
import { renamed } from "./decoy.ts";
import type { Answer, Asked, ConnectionSpec, Oracle } from "./oracle.ts";

/** "within the first 5 hops; the ISPs' own blockers at hops 5-8" (Xue et al., IMC 2021), and some beyond. */
export const MOST_HOPS = 12;
const MOST_ROUNDS = 3;

export interface HopAnswer {
  readonly hopLimit: number;
  readonly answer: Answer;
}

export interface HopTrial {
  readonly answers: readonly HopAnswer[];
  readonly asked: readonly Asked[];
}

/** `again`: which TTLs to try once more, and what they are as answered so far; empty ends it. */
export async function tryHops(
  oracle: Oracle,
  neutralName: string,
  shownName: string,
  again: (answers: readonly HopAnswer[]) => readonly number[],
): Promise<HopTrial> {
  const asked: Asked[] = [];
  const answers: HopAnswer[] = [];
  let limits: readonly number[] = Array.from({ length: MOST_HOPS }, (_, index) => index + 1);
  for (let round = 0; round <= MOST_ROUNDS && limits.length > 0 && !oracle.isOver; round++) {
    const told = await Promise.all(
      limits.map((hopLimit) => oracle.ask(hiddenTrigger(neutralName, shownName, hopLimit))),
    );
    for (const one of told) {
      asked.push(one);
      answers.push({ hopLimit: one.spec.decoy!.hopLimit, answer: one.answer });
    }
    limits = again(answers);
  }
  return { answers, asked };
}

export function hiddenTrigger(
  neutralName: string,
  shownName: string,
  hopLimit: number,
  place?: Place,
): ConnectionSpec {
  return {
    name: neutralName,
    ...(place ? { place } : {}),
    decoy: {
      hopLimit,
      show: (hello) => {
        const seen = renamed(hello, neutralName, shownName);
        return seen && [seen];
      },
    },
  };
}
