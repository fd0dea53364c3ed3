/** From what the pairs were judged to be, and what was found beside them, to the verdict that is written. */

import type { ProbeTarget } from "../probe/probe-target.ts";
import type { Finding } from "../probe/surroundings/finding.ts";
import { type SeenLookUps, withLookUps } from "../verdict/look-ups.ts";
import type { PairJudgement } from "../verdict/pair/pair-judgement.ts";
import { plainJudgement } from "../verdict/plain-judgement.ts";
import { METHOD_VERSION } from "../verdict/verdict.ts";
import type { Explained } from "./probe-explain.ts";
import type { ProbeVerdict } from "./probe-record.ts";

export function withEvidence(judgement: PairJudgement, ...sentences: readonly string[]): PairJudgement {
  return { ...judgement, evidence: [...judgement.evidence, ...sentences] };
}

/**
 * What was found beside the pairs: who answers in a control's place spoils them, and so may where a look-up led; the rest is said.
 * `hasMoved`: any flow of any name; where none did, a control's redirect elsewhere says why.
 */
export function withLookAround(
  judgement: PairJudgement,
  seen: SeenLookUps,
  findings: readonly Finding[],
  hasMoved = true,
): PairJudgement {
  const portal = findings.find(({ kind, certain }) => kind === "captive-portal" && (certain || !hasMoved));
  // Who proves its name is no login page, nor behind one.
  if (portal && !seen.found.some(({ is }) => is === "proven"))
    return plainJudgement("invalid", `${portal.what}: log in and measure again`);
  return withEvidence(withLookUps(judgement, seen), ...findings.map(({ what }) => what));
}

/** Its sentences go with all others; its bytes are counted by who measured. */
export function withExplanation(
  verdict: ProbeVerdict,
  { evidence, bytes, ladder, bypass, ...found }: Explained,
): ProbeVerdict {
  return {
    ...verdict,
    ...found,
    ...(ladder ? { ladder: [...ladder] } : {}),
    ...(bypass ? { bypass: { ...bypass } } : {}),
    evidence: [...verdict.evidence, ...evidence],
  };
}

export function verdictOf(
  target: ProbeTarget,
  {
    isSettled,
    wanted,
    isUnpaired,
    isTainted,
    heldBps,
    heldBurstBytes,
    isRateAgreed,
    ifLimited,
    ...judgement
  }: PairJudgement,
  rest: Pick<ProbeVerdict, "measurementId" | "time" | "origin" | "bytes" | "seconds">,
): ProbeVerdict {
  return {
    type: "verdict",
    target: target.name,
    ...judgement,
    ...(isUnpaired ? { unpaired: true as const } : {}),
    mechanisms: [...judgement.mechanisms],
    evidence: [...judgement.evidence],
    ruledOut: [...judgement.ruledOut],
    ...rest,
    methodVersion: METHOD_VERSION,
  };
}
