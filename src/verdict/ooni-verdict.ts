/**
 * An OONI measurement becomes the product's Verdict. Texts are cut to the record's bounds.
 * urlgetter has no control: it can show that a site was reached, never that it was blocked.
 */
import type { OoniReading } from "../observation/ooni-reading.ts";
import { CONFIDENCE_OF_GRADE } from "./finding.ts";
import { judgeReachability } from "./reachability.ts";
import { METHOD_VERSION, type Verdict } from "./verdict.ts";

const TEXT_LIMIT = 500;
const MOST_EVIDENCE = 30;

export function judgeOoniMeasurement(reading: OoniReading): Verdict {
  const finding = judgeReachability(reading);
  const cut = (text: string): string => text.slice(0, TEXT_LIMIT);
  const judged = finding.state !== "insufficient" && finding.state !== "invalid";
  const evidence = [...finding.evidence];
  if (judged && reading.duplicateAnswers > 0) {
    evidence.push(
      `${reading.duplicateAnswers} DNS queries were answered more than once, as when answers are injected`,
    );
  }
  return {
    measurementId: cut(reading.id),
    ...(reading.time !== undefined && { time: reading.time }),
    ...(reading.asn !== undefined && { asn: reading.asn }),
    ...(reading.networkName !== undefined && { networkName: cut(reading.networkName) }),
    ...(reading.country !== undefined && { country: reading.country }),
    ...(reading.input !== undefined && { target: cut(reading.input) }),
    state: finding.state,
    ...(finding.slowness !== undefined && { slowness: finding.slowness }),
    // A verdict that decides nothing claims no mechanism.
    mechanisms: judged ? [...finding.mechanisms] : [],
    ...(finding.rateBps !== undefined && finding.rateBps > 0 && { rate: { rateBps: finding.rateBps } }),
    ...(judged &&
      finding.confidence !== undefined && { confidence: CONFIDENCE_OF_GRADE[finding.confidence] }),
    evidence: evidence
      .filter((text) => text !== "")
      .slice(0, MOST_EVIDENCE)
      .map(cut),
    ruledOut: finding.ruledOut.map(({ explanation, because }) => ({
      explanation: cut(explanation),
      because: cut(because),
    })),
    methodVersion: METHOD_VERSION,
    origin: "imported",
  };
}
