/**
 * Evidence in, answers out: for each question how likely each answer is, which of them lead, and, where several cannot be
 * told apart, which measurement would break the tie. Bayes' rule over equal priors; of correlated evidence only the
 * strongest member counts; what rests on few attempts counts for less.
 */

import { type Evidence, evidenceOf, likelihoodsOf, strengthFor } from "./evidence.ts";
import type { Facts } from "./facts.ts";
import type { OrderLink } from "./order-link.ts";
import { ANSWERS, type Answer, type Question } from "./questions.ts";
import { breakerOf } from "./tie-breaker.ts";
import { WEIGHTS_VERSION } from "./weights.ts";

/** Nothing is held with more: what nobody thought of is not among the answers. */
export const MOST_CERTAIN = 0.95;
/** Answers less likely than the first by no more than this factor cannot be told from it. */
export const TIE_FACTOR = 3;
/** Evidence of so many attempts counts for half. */
const HALF_SIZE = 2;

export interface Weighed extends Evidence {
  /** The answers that it speaks for and against, with its part in the odds. */
  readonly likelihoods: Readonly<Record<string, number>>;
}

export interface Attribution {
  readonly question: Question;
  /** In order of probability, all of the question's answers. */
  readonly answers: readonly { readonly answer: Answer; readonly probability: number }[];
  /** One: it leads. Several: they cannot be told apart. All: nothing is known. */
  readonly leading: readonly Answer[];
  readonly evidence: readonly Weighed[];
  /** Of a tie: what would have to be measured. */
  readonly missing?: string;
  readonly weightsVersion: string;
}

export function attribute(facts: Facts, link: OrderLink | undefined): Attribution[] {
  const evidence = evidenceOf(facts, link);
  return (Object.keys(ANSWERS) as Question[])
    .filter((question) => question !== "linked" || link !== undefined)
    .map((question) => answer(question, evidence));
}

function answer(question: Question, evidence: readonly Evidence[]): Attribution {
  const counted = strongestOfGroups(question, evidence);
  const options: readonly Answer[] = ANSWERS[question];
  const logs = options.map((option) =>
    counted.reduce((sum, { id, size }) => {
      const likelihood = likelihoodsOf(id, question)![option];
      const trust = size === undefined ? 1 : size / (size + HALF_SIZE);
      return sum + trust * Math.log(likelihood);
    }, 0),
  );
  const most = Math.max(...logs);
  const total = logs.reduce((sum, log) => sum + Math.exp(log - most), 0);
  const answers = options
    .map((option, i) => ({
      answer: option,
      probability: Math.min(MOST_CERTAIN, Math.exp(logs[i]! - most) / total),
    }))
    .sort((a, b) => b.probability - a.probability);
  const leading = answers
    .filter(({ probability }) => probability * TIE_FACTOR > answers[0]!.probability)
    .map((one) => one.answer);
  const missing = leading.length > 1 ? breakerOf(question, leading) : undefined;
  return {
    ...{ question, answers, leading, weightsVersion: WEIGHTS_VERSION },
    evidence: counted.map((one) => ({ ...one, likelihoods: likelihoodsOf(one.id, question)! })),
    ...(missing !== undefined && { missing }),
  };
}

function strongestOfGroups(question: Question, evidence: readonly Evidence[]): Evidence[] {
  const strongest = new Map<string, Evidence>();
  for (const one of evidence) {
    const strength = strengthFor(one.id, question);
    const other = strongest.get(one.group);
    if (strength > 1 && (!other || strength > strengthFor(other.id, question))) strongest.set(one.group, one);
  }
  return [...strongest.values()];
}
