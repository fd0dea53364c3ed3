import { describe, expect, it } from "vitest";
import { drawPairs, type FlowModel } from "../../../test/probe/drawn-flows.ts";
import type { Observation } from "../../observation/observation.ts";
import { judgePairs, type PairPlan } from "./judge-pairs.ts";

/** What Xue et al. (IMC 2021) call a policer of the event's kind, with the deepest bucket of the laboratory. */
const HELD: FlowModel = { kind: "shaped", rateBps: 500_000, burstBytes: 200_000, wantedBytes: 550_000 };
const FREE: FlowModel = { kind: "free", rateBps: 8e6, wantedBytes: 550_000 };
/** After a loss or two, at a pace of its own: faster than the rate, and not 2.5 times. */
const DENTED: FlowModel = { kind: "free", rateBps: 1_150_000, wantedBytes: 550_000 };
const CRAWLING: FlowModel = { ...DENTED, rateBps: 520_000 };
const SERVER: PairPlan = { hasControlServer: true, sites: 0, directions: ["down"] };

/** So many pairs of the held target, of which the first few have another control. */
function measured(count: number, odd: readonly FlowModel[], target = HELD): Observation[] {
  const pairs = (control: FlowModel, seed: number): Observation[] =>
    drawPairs(count, { target, control }, { comparison: "control-server" }, seed);
  const odds = odd.map((model, index) => pairs(model, 5 + index));
  return pairs(FREE, 1).map((one, index) =>
    one.role === "control" && one.pair! < odd.length ? odds[one.pair!]![index]! : one,
  );
}

const stateOf = (seen: Observation[]): string => judgePairs(seen, SERVER).state;

describe("a line that the target's flows alone lie on", () => {
  it("is proven by six pairs, though controls lost something", () => {
    // Six of six stake 31.7 to 1, five of five 17.5: the mean of (1 + s)^n for s from 1/2 to 1.
    expect([4, 6].map((count) => stateOf(measured(count, [DENTED, DENTED])))).toEqual([
      "insufficient",
      "throttled",
    ]);
    const judged = judgePairs(measured(6, [DENTED, DENTED]), SERVER);
    expect(judged.rateBps! / ((500_000 * 1500) / 1448)).toBeCloseTo(1, 1);
  });

  it("is not where controls get no further than it lets by", () => {
    expect(stateOf(measured(6, [CRAWLING]))).toBe("insufficient");
    expect(stateOf(measured(7, [CRAWLING, CRAWLING]))).toBe("insufficient");
  });

  it("is not where a control is held to the same rate", () => {
    expect(stateOf(measured(7, [HELD, DENTED]))).toBe("insufficient");
  });

  it("is not where the rates of its flows differ", () => {
    const other = measured(7, [DENTED, DENTED], { ...HELD, rateBps: 590_000 });
    const seen = measured(7, [DENTED, DENTED]).map((one, index) =>
      one.role === "target" && one.pair! % 2 === 0 ? other[index]! : one,
    );
    expect(stateOf(seen)).toBe("insufficient");
  });
});
