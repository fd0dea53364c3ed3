import { describe, expect, it } from "vitest";
import type { Finding } from "../probe/surroundings/finding.ts";
import type { PairJudgement } from "../verdict/pair/pair-judgement.ts";
import { withLookAround } from "./probe-verdict.ts";

const JUDGED: PairJudgement = {
  ...{ state: "throttled", isSettled: true, wanted: [], mechanisms: ["tls.throttle"] },
  ...{ evidence: ["held to one rate"], ruledOut: [] },
};
const PORTAL: Finding = { kind: "captive-portal", what: "The request was redirected", certain: true };

describe("A login page in place of the control sites", () => {
  const seen = (is: "proven" | "another") => ({
    ...{ name: "news.example", lookUps: [], othersAt: [] },
    found: [{ address: "8.8.8.8", is }],
  });

  it("spoils the measurement", () => {
    expect(withLookAround(JUDGED, seen("another"), [PORTAL]).state).toBe("invalid");
    expect(withLookAround(JUDGED, { ...seen("another"), found: [] }, [PORTAL]).state).toBe("invalid");
  });

  it("is none where the target proved its name, and is said", () => {
    expect(withLookAround(JUDGED, seen("proven"), [PORTAL])).toEqual({
      ...JUDGED,
      evidence: ["held to one rate", "The request was redirected"],
    });
  });

  it("is only said where it is not certain", () => {
    const perhaps = { ...PORTAL, certain: false };
    expect(withLookAround(JUDGED, seen("another"), [perhaps]).state).toBe("throttled");
    // Unless nothing at all moved: then it says why.
    const nothing: PairJudgement = { ...JUDGED, state: "insufficient", mechanisms: [] };
    expect(withLookAround(nothing, seen("another"), [perhaps], false).state).toBe("invalid");
    expect(withLookAround(nothing, seen("proven"), [perhaps], false).state).toBe("insufficient");
  });
});
