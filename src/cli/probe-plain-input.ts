/**
 * Lists name many sites as `http:`. Measured is HTTPS, which meets other boxes, and which a site need not have: a refused port
 * of it says nothing of the site.
 */
import type { Observation } from "../observation/observation.ts";
import type { ProbeTarget } from "../probe/probe-target.ts";
import type { PairJudgement } from "../verdict/pair/pair-judgement.ts";
import { plainJudgement } from "../verdict/plain-judgement.ts";
import { withEvidence } from "./probe-verdict.ts";

const REFUSED = "connection_refused";

export function withPlainInput(
  judgement: PairJudgement,
  { isFromPlain, port }: Pick<ProbeTarget, "isFromPlain" | "port">,
  observations: readonly Observation[],
): PairJudgement {
  if (!isFromPlain) return judgement;
  const own = observations.filter(
    ({ role, comparison }) => role === "target" && comparison === "same-address",
  );
  const isRefused = own.length > 0 && own.every(({ failure }) => failure === REFUSED);
  return judgement.state === "down" && isRefused
    ? plainJudgement(
        "insufficient",
        `given as http:, and port ${port} refuses connections: it may have no HTTPS at all, and clear text is not measured`,
      )
    : withEvidence(judgement, "given as http:, and measured over HTTPS: clear text may fare otherwise");
}
