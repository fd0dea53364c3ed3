/** Flows that were asked to be larger because the target was behind: what they may prove, and what they may not. */
import { describe, expect, it } from "vitest";
import { drawPairs, type FlowModel } from "../../../test/probe/drawn-flows.ts";
import type { Observation } from "../../observation/observation.ts";
import { judgePairs, type PairPlan } from "./judge-pairs.ts";

const LARGER_BYTES = 900_000;
const FREE: FlowModel = { kind: "free", rateBps: 16e6 };
const HELD: FlowModel = { kind: "shaped", rateBps: 2e6 };
const SERVER: PairPlan = { hasControlServer: true, sites: 0, directions: ["down"] };
const ALONE: PairPlan = { hasControlServer: false, sites: 2, directions: ["down"] };

/** Three pairs of usual flows and three of larger ones. */
function measured(
  target: FlowModel,
  control: FlowModel,
  comparison: "control-server" | "same-address" = "control-server",
): Observation[] {
  const larger = (model: FlowModel): FlowModel => ({ ...model, wantedBytes: LARGER_BYTES });
  return [
    ...drawPairs(3, { target, control }, { comparison }, 1),
    ...drawPairs(3, { target: larger(target), control: larger(control) }, { comparison }, 2).map((one) => ({
      ...one,
      pair: one.pair! + 3,
      time: new Date(Date.parse(one.time!) + 20_000).toISOString(),
    })),
  ];
}

/** The control of one pair in the place of another's. */
function withControl(all: readonly Observation[], pair: number, control: Observation): Observation[] {
  return all.map((one) =>
    one.role === "control" && one.pair === pair ? { ...control, pair, time: one.time! } : one,
  );
}

describe("larger flows", () => {
  it("prove a limit of some Mbit/s, and its rate, by three that show it and six that are behind", () => {
    const judged = judgePairs(measured(HELD, FREE), SERVER);
    expect(judged).toMatchObject({ state: "throttled", slowness: "shaped", confidence: 0.95 });
    expect(judged.rateBps! / ((2e6 * 1500) / 1448)).toBeCloseTo(1, 1);
  });

  it("prove nothing where a control was slow as well, though that one moved less", () => {
    const crawl = drawPairs(
      1,
      { target: FREE, control: { kind: "shaped", rateBps: 600_000 } },
      { comparison: "control-server" },
      4,
    );
    const odd = crawl.find(({ role }) => role === "control")!;
    expect(odd.bytes).toBeLessThan(LARGER_BYTES / 2);
    for (const pair of [1, 4])
      expect(judgePairs(withControl(measured(HELD, FREE), pair, odd), SERVER).state).toBe("insufficient");
  });

  it("prove nothing where the first ones were not behind", () => {
    const mixed = [
      ...measured(FREE, FREE).filter(({ pair }) => pair! < 3),
      ...measured(HELD, FREE).filter(({ pair }) => pair! >= 3),
    ];
    expect(judgePairs(mixed, SERVER).state).toBe("insufficient");
  });

  it("are not slow for everything where controls run evenly as well, but faster in every pair", () => {
    const paced: FlowModel = { kind: "shaped", rateBps: 2.2e6 };
    const judged = judgePairs(measured(HELD, paced), SERVER);
    expect(judged).toMatchObject({ state: "insufficient", isSettled: false });
  });

  it("are no rate where the target's own server gives objects of a few windows again and again", () => {
    const seen = measured(HELD, FREE, "same-address").map((one) => ({
      ...one,
      answers: one.role === "target" ? Math.ceil(one.bytes! / 120_000) : 1,
    }));
    const sites = drawPairs(3, { target: HELD, control: FREE }, { comparison: "site" }, 9);
    expect(judgePairs([...seen, ...sites], ALONE).state).toBe("insufficient");
    const whole = [...measured(HELD, FREE, "same-address"), ...sites];
    expect(judgePairs(whole, ALONE).evidence.join()).not.toMatch(/not held to one rate/);
  });
});
