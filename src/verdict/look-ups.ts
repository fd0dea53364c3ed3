/**
 * What the look-ups of a name say by themselves, before anything is transferred. A name that the system's name server
 * does not know, and that a second one leads to a server which proves to be it, is blocked by its name server. One name
 * server alone proves nothing: a name may not exist.
 */
import { failureKind } from "../observation/failure.ts";
import { dnsMechanismOf } from "./finding.ts";
import type { PairJudgement } from "./pair/pair-judgement.ts";

export interface LookUp {
  readonly resolver: "system" | "second";
  readonly addresses: readonly string[];
  /** OONI df-007. */
  readonly failure?: string;
  /** Further answers to the same query, which say something else. */
  readonly laterAnswers?: readonly string[];
}

/** Of two resolvers and one server that proved its name: a resolver may lag behind. */
const CONFIDENCE = 0.8;

/** `isProven`: at the second resolver's address a trusted certificate for the name was shown. */
export function judgeNoAddress(name: string, lookUps: readonly LookUp[], isProven: boolean): PairJudgement {
  const common = { isSettled: true, wanted: [], ruledOut: [] } as const;
  const system = lookUps.find(({ resolver }) => resolver === "system");
  const second = lookUps.find(({ resolver }) => resolver === "second");
  const failure = system?.failure ?? "no address";
  if (second && second.addresses.length > 0 && isProven) {
    return {
      ...{ ...common, state: "blocked", confidence: CONFIDENCE },
      mechanisms: [dnsMechanismOf(failureKind(failure))],
      evidence: [
        `the system's name server has no address for ${name} (${failure}); a second one has, and the server there proves that it is ${name}`,
        ...lookUpSentences(lookUps),
      ],
    };
  }
  const because = `the name ${name} has no address from here (${failure}): the look-up fails, or the name does not exist`;
  const advice = second ? [] : ["a second name server would tell: --resolver ADDRESS"];
  return {
    ...{ ...common, state: "insufficient", mechanisms: [] },
    evidence: [because, ...advice, ...lookUpSentences(lookUps)],
  };
}

export function lookUpSentences(lookUps: readonly LookUp[]): string[] {
  return lookUps
    .filter(({ laterAnswers = [] }) => laterAnswers.length > 0)
    .map(
      ({ resolver, addresses, failure, laterAnswers = [] }) =>
        `the ${resolver === "system" ? "system's" : "second"} name server's query was answered more than once, and differently ` +
        `(${[...addresses, ...(failure === undefined ? [] : [failure])].join(", ")}; then ${laterAnswers.join(", ")}): one answer is forged`,
    );
}
