import { expect, it } from "vitest";
import { drawPairs, type FlowModel } from "../../../test/probe/drawn-flows.ts";
import type { Observation } from "../../observation/observation.ts";
import { judgePairs, type PairPlan } from "./judge-pairs.ts";
import { StandingJudgement } from "./standing-judgement.ts";

const PLAN: PairPlan = { hasControlServer: true, sites: 0, directions: ["down", "up"] };
const FREE: FlowModel = { kind: "free", rateBps: 16e6 };
const HELD: FlowModel = { kind: "policed", rateBps: 140_000 };

function pairs(count: number, target: FlowModel, control: FlowModel, from = 0, up = false): Observation[] {
  const place = { comparison: "control-server", direction: up ? "up" : "down" } as const;
  return drawPairs(count, { target, control }, place, 1 + from).map((one) => ({
    ...one,
    pair: one.pair! + from,
  }));
}

it("lets what was decided stand, whatever becomes of flows beside those that are still asked for", () => {
  const before = pairs(3, HELD, FREE);
  const beside = pairs(4, HELD, HELD, 3);
  const standing = new StandingJudgement(PLAN);
  expect(standing.judge(before)).toMatchObject({ state: "throttled", isSettled: false });
  expect(judgePairs([...before, ...beside], PLAN).state).not.toBe("throttled");
  expect(standing.judge([...before, ...beside])).toMatchObject({ state: "throttled", isSettled: false });
  const up = pairs(3, HELD, FREE, 0, true);
  expect(standing.judge([...before, ...beside, ...up])).toMatchObject({
    state: "throttled",
    direction: "both",
    isSettled: true,
  });
});

it("looks at everything while nothing stands", () => {
  const all = pairs(12, FREE, FREE);
  const standing = new StandingJudgement({ ...PLAN, directions: ["down"] });
  for (let count = 2; count <= all.length; count += 2) {
    const soFar = all.slice(0, count);
    expect(standing.judge(soFar)).toEqual(judgePairs(soFar, { ...PLAN, directions: ["down"] }));
  }
});
