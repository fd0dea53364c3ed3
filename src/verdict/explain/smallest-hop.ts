/**
 * The smallest TTL at which a trigger acts, from answers at several: all below it let pass, it and all above it act. An
 * answer that is unsure does not count; answers that contradict each other give no hop.
 */
import type { Answer } from "./acted-on.ts";

export interface HopAnswer {
  readonly hopLimit: number;
  readonly answer: Answer;
}

export interface SmallestHop {
  /** Absent: nothing acts, answers contradict each other, or the hop before it is not known to let pass. */
  readonly hop?: number;
  /** Hop limits whose repetition would tell more. */
  readonly doubtful: readonly number[];
}

export function smallestHop(answers: readonly HopAnswer[]): SmallestHop {
  const at = (hopLimit: number): { yes: number; no: number } => {
    const ours = answers.filter((one) => one.hopLimit === hopLimit);
    const count = (word: Answer): number => ours.filter(({ answer }) => answer === word).length;
    return { yes: count("yes"), no: count("no") };
  };
  const limits = [...new Set(answers.map(({ hopLimit }) => hopLimit))].sort((a, b) => a - b);
  const acts = limits.filter((limit) => at(limit).yes > at(limit).no);
  const passes = limits.filter((limit) => at(limit).no > at(limit).yes);
  const [hop] = acts;
  const unknown = limits.filter((limit) => !acts.includes(limit) && !passes.includes(limit));
  if (hop === undefined) return { doubtful: unknown };
  const later = passes.filter((limit) => limit > hop);
  const before = limits.filter((limit) => limit < hop).at(-1);
  const isBounded = before === undefined ? hop === 1 : before === hop - 1 && passes.includes(before);
  const doubtful = [
    ...new Set([...later, ...(later.length > 0 ? [hop] : []), ...unknown.filter((limit) => limit <= hop)]),
  ];
  return later.length === 0 && isBounded ? { hop, doubtful } : { doubtful };
}
