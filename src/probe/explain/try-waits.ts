/**
 * For how long a box remembers: connections under the target's name that are still before they ask for anything, each for
 * another time, and some that are kept busy for the longest. All side by side; takes as long as the longest.
 */
import type { Answer, Oracle } from "./oracle.ts";

/** Of the longest. Around ten of fifteen minutes (the published life of a still flow, Xue et al., IMC 2021). */
const SHARES = [2 / 15, 5 / 15, 9 / 15, 11 / 15, 1] as const;
const REPEATS = 2;
/** A busy connection asks so often: more often than any box would forget one. */
const BUSY_SHARE = 1 / 15;

export interface WaitAnswers {
  /** By seconds of stillness. */
  readonly still: ReadonlyMap<number, readonly Answer[]>;
  readonly busySeconds: number;
  readonly busy: readonly Answer[];
}

/** `oracle`: with lanes for all of them, and a deadline beyond `longestSeconds`. */
export async function tryWaits(oracle: Oracle, name: string, longestSeconds: number): Promise<WaitAnswers> {
  const everySeconds = Math.max(1, Math.round(longestSeconds * BUSY_SHARE));
  const asks = (wait: { seconds: number; everySeconds?: number }): Promise<Answer[]> =>
    Promise.all(Array.from({ length: REPEATS }, async () => (await oracle.ask({ name, wait })).answer));
  const [busy, ...still] = await Promise.all([
    asks({ seconds: longestSeconds, everySeconds }),
    ...SHARES.map(async (share): Promise<[number, Answer[]]> => {
      const seconds = Math.max(1, Math.round(longestSeconds * share));
      return [seconds, await asks({ seconds })];
    }),
  ]);
  return { still: new Map(still), busySeconds: longestSeconds, busy };
}

/** Connections side by side. */
export const WAIT_LANES = REPEATS * (SHARES.length + 1);
