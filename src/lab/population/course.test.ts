import { describe, expect, it } from "vitest";
import { testScenario } from "../../../test/lab/population-scenario.ts";
import { seededRandom } from "../../base/random.ts";
import type { Action } from "../../rules/action.ts";
import type { Rule } from "../../rules/rule.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { PlannedFault } from "../scenario/story.ts";
import { Attempt } from "./attempt.ts";
import { CALIBRATION } from "./calibration.ts";
import { courseOf } from "./course.ts";
import type { TruthState } from "./truth-record.ts";

const FAULT_MS = 1000;
const RECOVERED_MS = 1e12;

function scenarioWith(fault: Partial<PlannedFault>, action?: Action, byAddress = false): Scenario {
  const scenario = testScenario();
  const rule: Rule = {
    id: "r",
    names: byAddress ? [] : [{ kind: "exact", text: "abs.twimg.com" }],
    addresses: byAddress ? [{ version: 4, bytes: new Uint8Array([100, 64, 0, 1]), bits: 32 }] : [],
    ports: [],
    protocols: [],
    any: false,
    intent: [],
    action: action ?? { kind: "drop" },
  };
  const whole: PlannedFault = { id: "f", kind: "operator-device", atMs: 0, forMs: FAULT_MS, ...fault };
  return {
    ...scenario,
    rules: { r: { name: "r", rules: [rule] } },
    story: { ...scenario.story, faults: [whole] },
  };
}

/** What a program sees of a state, at 40 ms and 20 Mbit/s, of 383 kB, without noise. */
function played(state: TruthState, scenario: Scenario, seed = 1, timeMs = 0): Attempt {
  const attempt = new Attempt(seededRandom(seed), CALIBRATION, 0, 0);
  Object.assign(attempt.path, { rttUs: 40_000, rateBps: 20e6, loss: 0 });
  attempt.course = courseOf(state, scenario);
  attempt.timeMs = timeMs;
  attempt.wantedBytes = 383_000;
  attempt.timeoutUs = 45e6;
  attempt.play();
  return attempt;
}

const ending = ({ operation, failure }: Attempt): string => `${operation} ${failure}`;

describe("what is down", () => {
  const down: TruthState = { state: "down", fault: "f" };
  it.each([
    ["connects never behind a failed device", {}, "connect generic_timeout_error"],
    ["has no route once it is withdrawn", { kind: "withdrawn-route" }, "connect host_unreachable"],
    ["has no name when name servers are silent", { kind: "name-server" }, "resolve generic_timeout_error"],
    ["or fail", { kind: "name-server", how: "servfail" }, "resolve dns_servfail_error"],
    ["says so in maintenance", { kind: "maintenance" }, "http_round_trip http_unexpected_status_code"],
    ["hangs up when broken", { kind: "maintenance", how: "broken" }, "http_round_trip eof_error"],
    [
      "is refused by a box that resets",
      { kind: "box-malfunction", how: "reset" },
      "connect connection_refused",
    ],
  ] as const)("%s", (_, fault, expected) => {
    expect(ending(played(down, scenarioWith(fault)))).toBe(expected);
  });

  it("comes back broken after a fault with a time of recovery", () => {
    const scenario = scenarioWith({ hosting: "operator", recoveryMs: 5000 });
    expect(ending(played(down, scenario, 1, FAULT_MS - 1))).toBe("connect generic_timeout_error");
    expect(ending(played(down, scenario, 1, FAULT_MS))).toBe("http_round_trip eof_error");
  });

  it("is met by a share only when the truth is partial", () => {
    const scenario = scenarioWith({ kind: "box-malfunction", share: 0.3 });
    const state: TruthState = { ...down, partial: true };
    const failed = Array.from({ length: 1000 }, (_, seed) => played(state, scenario, seed)).filter(
      ({ failure }) => failure,
    );
    expect(failed.length).toBeGreaterThan(250);
    expect(failed.length).toBeLessThan(350);
  });

  it("is mostly out of reach behind an overloaded box, with progress here and there", () => {
    const scenario = scenarioWith({ kind: "box-overload", share: 0.5 });
    const all = Array.from({ length: 300 }, (_, seed) => played({ ...down, partial: true }, scenario, seed));
    expect(all.filter(({ operation }) => operation === "connect").length).toBeGreaterThan(50);
    expect(all.filter(({ failure }) => failure).length).toBeGreaterThan(200);
  });
});

describe("what is blocked", () => {
  it.each([
    ["by name never shakes hands", "drop", false, "tls_handshake generic_timeout_error"],
    ["by address never connects", "drop", true, "connect generic_timeout_error"],
    ["by resets is reset", "reset", false, "tls_handshake connection_reset"],
    ["by a cut response is reset", "cut-response", false, "tls_handshake connection_reset"],
  ] as const)("%s", (_, kind, byAddress, expected) => {
    const state: TruthState = { state: "blocked", action: kind, rule: "r" };
    expect(ending(played(state, scenarioWith({}, { kind }, byAddress)))).toBe(expected);
  });

  it("freezes after as many bytes as the rule says, and times out with that progress", () => {
    const state: TruthState = { state: "blocked", slowness: "frozen", action: "freeze", rule: "r" };
    const attempt = played(state, scenarioWith({}, { kind: "freeze", bytes: [20_000, 30_000] }));
    expect(ending(attempt)).toBe("read generic_timeout_error");
    expect(attempt.bytes).toBeGreaterThan(20_000 - CALIBRATION.handshakeBytes - 1);
    expect(attempt.bytes).toBeLessThan(30_000);
    expect(attempt.totalUs).toBeCloseTo(45e6, -1);
  });
});

describe("what is throttled", () => {
  it("is late by what the rule says, and else as fast as ever", () => {
    const state: TruthState = { state: "throttled", slowness: "delayed", rule: "r" };
    const scenario = scenarioWith({}, { kind: "delay-handshake", delayMs: [3000, 5000] });
    const [late, plain] = [played(state, scenario), played({ state: "ok" }, scenario)];
    expect(late.totalUs - plain.totalUs).toBeGreaterThan(2.9e6);
    expect(late.durationUs).toBeLessThan(2 * plain.durationUs);
  });

  it("times out with progress when it is too slow", () => {
    const state: TruthState = { state: "throttled", slowness: "policed", rateBps: 20e3, burstBytes: 16e3 };
    const attempt = played(state, scenarioWith({}));
    expect(ending(attempt)).toBe("read generic_timeout_error");
    expect(attempt.bytes).toBeGreaterThan(60e3);
    expect(attempt.bytes).toBeLessThan(180e3);
  });

  it("in one direction leaves the other alone", () => {
    const state: TruthState = { state: "throttled", slowness: "shaped", rateBps: 130e3, directions: "up" };
    expect(played(state, scenarioWith({})).durationUs).toBeLessThan(2e6);
  });

  it("is not what a full link is: slow, lossy, and ok", () => {
    const state: TruthState = { state: "ok", slowness: "congested", fault: "f" };
    const attempts = Array.from({ length: 50 }, (_, seed) =>
      played(state, scenarioWith({ kind: "flood" }), seed),
    );
    expect(attempts.filter(({ durationUs }) => durationUs > 1e6).length).toBeGreaterThan(25);
  });
});

it("does not wonder at a site that recovered long ago", () => {
  expect(ending(played({ state: "ok" }, scenarioWith({}), 1, RECOVERED_MS))).toBe("undefined undefined");
});
