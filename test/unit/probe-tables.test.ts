/** What the probe's bench counts as what. */
import { afterEach, expect, it, vi } from "vitest";
import type { ProbeResult } from "../bench/probe-result.ts";
import { printPeers } from "../bench/probe-rules-beside.ts";
import { printExplained, printStates } from "../bench/probe-states.ts";

const RESULT: ProbeResult = {
  ...{
    seed: 1,
    number: 0,
    kind: "healthy",
    hasControlServer: true,
    explains: false,
    code: "",
    backend: "kernel",
  },
  truth: { state: "ok", hop: 3, pattern: "*.target.example" },
};

afterEach(() => vi.restoreAllMocks());

function printed(print: () => void): string[] {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  print();
  return log.mock.calls.map(([line]) => String(line).replace(/ +/g, " "));
}

it("counts a case without a verdict, and one that was left open, among the negatives that were not decided", () => {
  const states = ["ok", "throttled", "insufficient"].map((state) => ({ ...RESULT, verdict: { state } }));
  const lines = printed(() => printStates([...states, RESULT]));
  expect(lines[0]).toMatch(/^negative cases called throttled 1\/4 /);
  expect(lines[1]).toMatch(/^ of those that were decided 1\/2 /);
});

it("takes the hop of what throttles or of what blocks by the truth; what was found without a trigger is a miss", () => {
  const found = { ...RESULT, explains: true, truth: { ...RESULT.truth, state: "throttled" as const } };
  const trigger = { pattern: "*.target.example" };
  const results = [
    { ...found, verdict: { state: "throttled", place: { throttlerHop: 3 }, trigger } },
    { ...found, verdict: { state: "throttled", place: { blockerHop: 3 } } },
    { ...found, verdict: { state: "insufficient" } },
  ];
  expect(printed(() => printExplained(results))).toEqual([
    expect.stringMatching(/^hop right, of those found and to be explained 1\/2 /),
    expect.stringMatching(/^pattern right, of those found and to be explained 1\/2 /),
  ]);
});

it("counts rules that abstain as undecided and never as right, over cases that speeds show", () => {
  const throttled = { ...RESULT, truth: { ...RESULT.truth, state: "throttled" as const } };
  const results: ProbeResult[] = [
    { ...throttled, verdict: { state: "throttled" }, peers: { wehe: true } },
    { ...throttled, truth: { ...throttled.truth, slowness: "delayed" }, verdict: { state: "ok" }, peers: {} },
    { ...throttled, verdict: { state: "insufficient" } },
  ];
  const lines = printed(() => printPeers(results));
  expect(lines.find((line) => line.startsWith("Brakelight"))).toMatch(/missed 1\/2 .*, 1 undecided$/);
  expect(lines.find((line) => line.startsWith("wehe"))).toMatch(/missed 1\/2 .*, 1 undecided$/);
  expect(lines.find((line) => line.startsWith("t-test"))).toMatch(/missed 2\/2 .*, 2 undecided$/);
});
