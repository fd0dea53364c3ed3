/**
 * VPNs and bypass tools that may have carried what was measured, and may not: said beside every verdict. That a name is not
 * slowed cannot be said beside one, for that is what they are for.
 */
import type { Finding } from "../probe/surroundings/finding.ts";
import type { PairJudgement } from "../verdict/pair/pair-judgement.ts";

/** Of a proxy that is named in the environment it is known that the probe does not use it. */
export function bystandersAmong(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ kind, certain }) => !certain && (kind === "vpn" || kind === "bypass-tool"));
}

export function withBystanders(judgement: PairJudgement, findings: readonly Finding[]): PairJudgement {
  const bystanders = bystandersAmong(findings);
  const suspects = bystanders.filter(({ isAside }) => !isAside);
  const said = bystanders.map(({ what }) => what);
  if (judgement.state !== "ok" || suspects.length === 0)
    return said.length === 0 ? judgement : { ...judgement, evidence: [...judgement.evidence, ...said] };
  const because = suspects.map(
    ({ name, kind }) =>
      `${name} ${kind === "vpn" ? "looks like a VPN" : "runs on this machine"} and may have carried these connections past a throttle: end it and measure again`,
  );
  return {
    ...{ state: "insufficient", isSettled: true, wanted: [], mechanisms: [], ruledOut: [] },
    evidence: [
      ...because,
      ...judgement.evidence,
      ...bystanders.filter(({ isAside }) => isAside).map(({ what }) => what),
    ],
  };
}
