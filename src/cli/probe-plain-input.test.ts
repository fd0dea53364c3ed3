import { describe, expect, it } from "vitest";
import type { Observation } from "../observation/observation.ts";
import type { PairJudgement } from "../verdict/pair/pair-judgement.ts";
import { evidenceInRussian } from "../verdict/russian/evidence.ts";
import { withPlainInput } from "./probe-plain-input.ts";

const DOWN: PairJudgement = {
  ...{ state: "down", isSettled: true, wanted: [], mechanisms: [], confidence: 0.6 },
  ...{ evidence: ["failed"], ruledOut: [] },
};
const flow = (failure: string): Observation => ({
  ...{ measurementId: "1", origin: "measured", role: "target", comparison: "same-address" },
  ...{ operation: "connect", failure },
});
const PLAIN = { isFromPlain: true, port: 443 };

describe("a target that a list names as http:", () => {
  it("is not down because it has no HTTPS", () => {
    const judged = withPlainInput(DOWN, PLAIN, [flow("connection_refused"), flow("generic_timeout_error")]);
    expect(judged).toMatchObject({
      state: "insufficient",
      evidence: [expect.stringMatching(/port 443/), "failed"],
    });
    expect(judged.confidence).toBeUndefined();
    expect(evidenceInRussian(judged.evidence[0]!)).not.toBe(judged.evidence[0]);
  });

  it("is judged as any other where HTTPS answers, and what was measured is said", () => {
    const judged = withPlainInput(DOWN, PLAIN, [{ ...flow("http_request_failed"), connectUs: 1 }]);
    expect(judged).toMatchObject({
      state: "down",
      evidence: ["failed", expect.stringMatching(/over HTTPS/)],
    });
    expect(evidenceInRussian(judged.evidence[1]!)).not.toBe(judged.evidence[1]);
    expect(withPlainInput(DOWN, { port: 443 }, [flow("connection_refused")])).toBe(DOWN);
  });
});
