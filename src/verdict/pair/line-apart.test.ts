import { describe, expect, it } from "vitest";
import { drawPairs, type FlowModel } from "../../../test/probe/drawn-flows.ts";
import { seededRandom } from "../../base/random.ts";
import type { Observation } from "../../observation/observation.ts";
import { sizeCapital } from "../../stats/size-betting.ts";
import type { HeldRate } from "./held-rate.ts";
import { judgePairs, type PairPlan } from "./judge-pairs.ts";
import { lineCapital } from "./line-apart.ts";

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
  it("is proven by some pairs more where controls lost something", () => {
    const states = (odd: readonly FlowModel[]): string[] =>
      [6, 7, 8, 9, 10].map((count) => stateOf(measured(count, odd)));
    expect(states([])).toEqual(Array.from({ length: 5 }, () => "throttled"));
    // Six far apart and two less stake below 100 to 1: 1.95^7 is 107.
    expect(states([DENTED, DENTED])).toEqual([
      ...Array.from({ length: 2 }, () => "insufficient"),
      ...Array.from({ length: 3 }, () => "throttled"),
    ]);
    const judged = measured(8, [DENTED, DENTED]);
    expect(judgePairs(judged, SERVER).rateBps! / ((500_000 * 1500) / 1448)).toBeCloseTo(1, 1);
  });

  it("is not where controls get no further than it lets by", () => {
    expect(stateOf(measured(9, [CRAWLING]))).toBe("insufficient");
    expect(stateOf(measured(9, [CRAWLING, CRAWLING]))).toBe("insufficient");
  });

  it("is not where a control is held to the same rate", () => {
    expect(stateOf(measured(9, [DENTED, DENTED]))).toBe("throttled");
    expect(stateOf(measured(9, [HELD, DENTED]))).toBe("insufficient");
    const near: FlowModel = { ...HELD, rateBps: 625_000 };
    expect(stateOf(measured(9, [near, near]))).toBe("insufficient");
    expect(stateOf(measured(9, [near, DENTED]))).toBe("throttled");
  });

  it("is not where its flows lie on several lines", () => {
    const other = (rateBps: number): Observation[] => measured(9, [DENTED, DENTED], { ...HELD, rateBps });
    const lines = [other(300_000), other(500_000), other(800_000)];
    const seen = lines[0]!.map((one, index) => (one.role === "target" ? lines[one.pair! % 3]![index]! : one));
    expect(stateOf(seen)).toBe("insufficient");
  });

  it("is proven by chance no more often than stated, where the names of two arms are drawn, however often one looks", () => {
    const random = seededRandom(3);
    // What keeps the bet from being asked: a control at the rate, too few at one rate, slow controls. None of them here.
    const held: HeldRate = {
      ...{ kind: "smooth", flows: 5, rateBps: 5e5, lowBps: 5e5, highBps: 5e5, burstBytes: 0 },
    };
    const proves = (differences: number[]): boolean =>
      lineCapital(sizeCapital(differences), held, { controls: [], controlBps: 8e6 }) !== undefined;
    expect(proves(Array(8).fill(1))).toBe(true);
    const by = (flows: number, highBps: number, capital: number): number | undefined =>
      lineCapital(capital, { ...held, flows, highBps }, { controls: [], controlBps: 8e6 });
    // Fewer than five must lie near each other; three of those leave more to the bet.
    expect([by(5, 5.5e5, 101), by(4, 5.6e5, 1e6), by(2, 5e5, 1e6)]).toEqual([101, undefined, undefined]);
    expect([by(4, 5.4e5, 101), by(3, 5.4e5, 101), by(3, 5.4e5, 501)]).toEqual([101, undefined, 501]);
    expect(lineCapital(1e6, held, { controls: [], controlBps: 7e5 })).toBeUndefined();
    expect(lineCapital(Number.NaN, held, { controls: [], controlBps: 8e6 })).toBeUndefined();
    let wrong = 0;
    for (let run = 0; run < RUNS; run++) {
      const seen: number[] = [];
      for (let pair = 0; pair < 20; pair++) {
        seen.push((random.next() < 0.5 ? -1 : 1) * Math.abs(Math.log(0.05 + random.next())));
        if (!proves(seen)) continue;
        wrong++;
        break;
      }
    }
    expect(wrong / RUNS).toBeLessThanOrEqual(0.01);
  });

  it("lies behind a bucket as deep as flows agree on, and excuses those that moved less", () => {
    const deep = (burstBytes: number): FlowModel => ({
      ...{ kind: "shaped", rateBps: 300_000, burstBytes, wantedBytes: burstBytes + 150_000 },
    });
    const pairs = (count: number, target: FlowModel, from: number): Observation[] =>
      drawPairs(
        count,
        { target, control: { ...FREE, wantedBytes: 900_000 } },
        { comparison: "control-server" },
        3,
      ).map((one) => ({ ...one, pair: one.pair! + from }));
    const usual: FlowModel = { kind: "free", rateBps: 7e6, wantedBytes: 420_000 };
    const seen = (depths: readonly number[]): Observation[] => [
      ...pairs(7, usual, 0),
      ...depths.flatMap((depth, index) => pairs(1, deep(depth), 7 + index)),
    ];
    const alike = [480_000, 490_000, 500_000, 510_000, 490_000, 500_000];
    const rateOf = (depths: readonly number[]): number =>
      (judgePairs(seen(depths), SERVER).rateBps ?? 0) / ((300_000 * 1500) / 1448);
    expect(rateOf(alike)).toBeCloseTo(1, 1);
    expect(rateOf([200_000, 290_000, 480_000, 620_000, 260_000, 700_000])).toBe(0);
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
