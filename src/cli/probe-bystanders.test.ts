import { describe, expect, it } from "vitest";
import type { Finding } from "../probe/surroundings/finding.ts";
import type { PairJudgement } from "../verdict/pair/pair-judgement.ts";
import { withBystanders } from "./probe-bystanders.ts";

const OK: PairJudgement = {
  ...{ state: "ok", isSettled: true, wanted: [], mechanisms: [], confidence: 0.95, targetBps: 5e6 },
  ...{ evidence: ["alike"], ruledOut: [{ explanation: "throttled", because: "alike" }] },
};
const XRAY: Finding = {
  ...{ kind: "bypass-tool", what: "xray is running and may carry this machine's traffic", certain: false },
  name: "xray",
};
const ASIDE: Finding = {
  kind: "vpn",
  what: "wg0 leads elsewhere",
  certain: false,
  name: "wg0",
  isAside: true,
};

describe("A bypass tool that may have carried the flows", () => {
  it("leaves no name free of throttling, and is what is said first", () => {
    const judged = withBystanders(OK, [XRAY, ASIDE]);
    expect(judged).toMatchObject({ state: "insufficient", mechanisms: [], ruledOut: [] });
    expect(judged.evidence).toEqual([
      "xray runs on this machine and may have carried these connections past a throttle: end it and measure again",
      ...["alike", "wg0 leads elsewhere"],
    ]);
    expect(judged.confidence).toBeUndefined();
  });

  it("is said beside every other verdict, and changes none", () => {
    const throttled: PairJudgement = { ...OK, state: "throttled" };
    expect(withBystanders(throttled, [XRAY])).toEqual({ ...throttled, evidence: ["alike", XRAY.what] });
  });
});

it("A tunnel that is known to lead elsewhere is said, and spoils nothing; a proxy of others is not", () => {
  const proxy: Finding = { kind: "proxy", what: "a proxy", certain: false };
  expect(withBystanders(OK, [ASIDE, proxy])).toEqual({ ...OK, evidence: ["alike", ASIDE.what] });
  expect(withBystanders(OK, [proxy])).toEqual(OK);
});

it("A line that may be a VPN carried the flows: no name is free of throttling", () => {
  const ppp: Finding = { kind: "vpn", what: "through ppp0", certain: false, name: "ppp0" };
  expect(withBystanders(OK, [ppp]).evidence[0]).toMatch(/^ppp0 looks like a VPN and may have carried/);
});
