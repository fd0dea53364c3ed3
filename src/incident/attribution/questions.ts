/**
 * The three questions of an attribution, and their answers. They are separate: a box that fails inside an operator is an
 * answer to WHERE and another to WHAT, and says nothing of whether anybody ordered it.
 */
export const ANSWERS = {
  /** Where it failed. */
  where: ["site", "hosting-network", "access-operator", "upstream", "name-service"],
  /** What failed; policy: nothing, it did what was announced. */
  what: ["equipment", "filtering-box", "rule-or-order", "load", "route", "policy"],
  /** Whether it has to do with a known order. */
  linked: ["linked", "not-linked"],
} as const;
export type Question = keyof typeof ANSWERS;
export const QUESTIONS = Object.keys(ANSWERS) as Question[];
export type Answer<Q extends Question = Question> = (typeof ANSWERS)[Q][number];

/** How likely what was seen is under each answer, against the answer that makes it likeliest (1). */
export type Likelihoods<Q extends Question> = Readonly<Record<Answer<Q>, number>>;
