/**
 * Lists name many sites as `http:`. Measured is HTTPS, which meets other boxes, and which a site need not have: a port of it that
 * nobody answers says nothing of the site.
 */
import type { Observation } from "../observation/observation.ts";
import type { ProbeTarget } from "../probe/probe-target.ts";
import type { PairJudgement } from "../verdict/pair/pair-judgement.ts";
import { plainJudgement } from "../verdict/plain-judgement.ts";
import { withEvidence } from "./probe-verdict.ts";

export function withPlainInput(
  judgement: PairJudgement,
  { isFromPlain, port }: Pick<ProbeTarget, "isFromPlain" | "port">,
  observations: readonly Observation[],
): PairJudgement {
  if (!isFromPlain) return judgement;
  const own = observations.filter(
    ({ role, comparison }) => role === "target" && comparison === "same-address",
  );
  const isUnanswered = own.length > 0 && own.every(({ connectUs }) => connectUs === undefined);
  return judgement.state === "down" && isUnanswered
    ? plainJudgement(
        "insufficient",
        `given as http:, and port ${port} does not answer: it may have no HTTPS at all, and clear text is not measured`,
        ...judgement.evidence,
      )
    : withEvidence(judgement, "given as http:, and measured over HTTPS: clear text may fare otherwise");
}
