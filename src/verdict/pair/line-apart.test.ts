import { describe, expect, it } from "vitest";
import { drawPairs, type FlowModel } from "../../../test/probe/drawn-flows.ts";
import { seededRandom } from "../../base/random.ts";
import type { Observation } from "../../observation/observation.ts";
import { type Flow, flowOf } from "./flow.ts";
import { heldRateOf } from "./held-rate.ts";
import { judgePairs, type PairPlan } from "./judge-pairs.ts";
import { lineCapital, lineSigns } from "./line-apart.ts";

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
  it("is proven by eight pairs, though controls lost something", () => {
    // Eight of eight stake 105 to 1, seven of seven 57.6: the mean of (1 + s)^n for s from 1/2 to 1.
    expect([6, 7, 8].map((count) => stateOf(measured(count, [DENTED, DENTED])))).toEqual([
      "insufficient",
      "insufficient",
      "throttled",
    ]);
    const judged = judgePairs(measured(8, [DENTED, DENTED]), SERVER);
    expect(judged.rateBps! / ((500_000 * 1500) / 1448)).toBeCloseTo(1, 1);
    expect(judged.evidence.join()).toMatch(/105/);
  });

  it("is not where controls get no further than it lets by", () => {
    expect(stateOf(measured(9, [CRAWLING]))).toBe("insufficient");
    expect(stateOf(measured(9, [CRAWLING, CRAWLING]))).toBe("insufficient");
  });

  it("is not where a control is held to the same rate", () => {
    // Twelve of thirteen stake 170 to 1.
    expect(stateOf(measured(13, [DENTED, DENTED]))).toBe("throttled");
    expect(stateOf(measured(13, [HELD, DENTED]))).toBe("insufficient");
  });

  it("is not where its flows lie on several lines", () => {
    const other = (rateBps: number): Observation[] => measured(9, [DENTED, DENTED], { ...HELD, rateBps });
    const [slower, faster] = [other(300_000), other(800_000)];
    const seen = measured(9, [DENTED, DENTED]).map((one, index) =>
      one.role !== "target" || one.pair! % 2 === 0
        ? one
        : one.pair! % 4 === 1
          ? slower[index]!
          : faster[index]!,
    );
    expect(stateOf(seen)).toBe("insufficient");
  });

  it("is called throttled by chance no more often than stated, where the names of two arms are drawn", () => {
    const random = seededRandom(3);
    let wrong = 0;
    for (let run = 0; run < RUNS; run++) {
      const pairs = Array.from({ length: 12 }, () =>
        random.next() < 0.5 ? { target: held, control: free } : { target: free, control: held },
      );
      const ever = pairs.some((_, at) => {
        const seen = pairs.slice(0, at + 1);
        const arms = { targets: [held, held, held, held, held], controls: [free], controlBps: 8e6 };
        return lineCapital(lineSigns(seen), heldRateOf(arms.targets)!, arms) !== undefined;
      });
      if (ever) wrong++;
    }
    expect(wrong / RUNS).toBeLessThanOrEqual(0.01);
  });

  it("is no smaller page's under another name", () => {
    const page: FlowModel = { ...FREE, wantedBytes: 150_000 };
    const pairs = drawPairs(9, { target: HELD, control: page }, { comparison: "same-address" }, 1);
    const sites = drawPairs(3, { target: HELD, control: FREE }, { comparison: "site" }, 2);
    const plan = { hasControlServer: false, sites: 2, directions: ["down"] } as const;
    expect(judgePairs([...pairs, ...sites], plan).state).toBe("insufficient");
  });
});

const RUNS = 2000;
const [held, free] = drawPairs(1, { target: HELD, control: FREE }, { comparison: "control-server" }, 1).map(
  flowOf,
) as [Flow, Flow];
