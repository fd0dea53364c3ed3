import { describe, expect, it } from "vitest";
import { drawPairs, type FlowModel } from "../../../test/probe/drawn-flows.ts";
import { compareFlows } from "./compare-flows.ts";
import { wantOfLead } from "./wanted-pairs.ts";

const PLACE = { comparison: "control-server", direction: "down" } as const;
const FREE: FlowModel = { kind: "free", rateBps: 16e6 };
const FAST: FlowModel = { kind: "shaped", rateBps: 2e6 };

/** After so many pairs of one kind, and then of another. */
function wish(count: number, target: FlowModel, control = FREE, later?: FlowModel): unknown {
  const more = later ? drawPairs(8, { target: later, control }, PLACE, 2) : [];
  const observations = [
    ...drawPairs(count, { target, control }, PLACE, 1),
    ...more.map((one) => ({ ...one, pair: one.pair! + count })),
  ];
  return wantOfLead(compareFlows(observations, "control-server", "down"), 10);
}

describe("what is wanted next of the comparison that decides", () => {
  it("is larger flows, where the target is behind at a rate that usual ones are too short for", () => {
    expect(wish(3, FAST)).toEqual({ ...PLACE, pairs: 6, bytes: expect.any(Number) });
    const { bytes } = wish(3, FAST) as { bytes: number };
    // Two and a half to four seconds at that rate.
    expect(bytes / (2e6 / 8)).toBeGreaterThan(2.5);
    expect(bytes / (2e6 / 8)).toBeLessThan(4);
  });

  it("is as many as usual where both fare alike, or where flows show their rate already", () => {
    expect(wish(3, FREE)).toEqual({ ...PLACE, pairs: 10 });
    expect(wish(3, { kind: "shaped", rateBps: 140_000 })).toEqual({ ...PLACE, pairs: 10 });
  });

  it("is no larger flows above what 1.5 MB can show, nor before three pairs", () => {
    expect(wish(3, { kind: "free", rateBps: 9e6 }, { kind: "free", rateBps: 40e6 })).toEqual({
      ...{ ...PLACE, pairs: 10, atOnce: 2 },
    });
    expect(wish(2, FAST)).toEqual({ ...PLACE, pairs: 3 });
  });

  it("is few at once, where controls are not far faster", () => {
    const near: FlowModel = { kind: "free", rateBps: 4e6 };
    expect(wish(3, FAST, near)).toEqual({ ...PLACE, pairs: 6, bytes: expect.any(Number), atOnce: 1 });
    expect(wish(3, { kind: "shaped", rateBps: 500_000 }, { kind: "free", rateBps: 1e6 })).toEqual({
      ...{ ...PLACE, pairs: 10, atOnce: 2 },
    });
  });

  it("is an answer of each, where handshakes are late", () => {
    expect(wish(3, { ...FREE, delayUs: 3_000_000 })).toEqual({ ...PLACE, pairs: 5, isBrief: true });
    expect(wish(5, { ...FREE, delayUs: 3_000_000 })).toEqual({ ...PLACE, pairs: 10 });
  });

  it("goes by the latest pairs, which crowd the line less than the first", () => {
    const now = drawPairs(3, { target: FAST, control: FREE }, PLACE, 2).map((one) => ({
      ...one,
      pair: one.pair! + 3,
      time: new Date(Date.parse(one.time!) + 60_000).toISOString(),
    }));
    const seen = [...drawPairs(3, { target: FREE, control: FAST }, PLACE, 1), ...now];
    expect(wantOfLead(compareFlows(seen, "control-server", "down"), 10)).toHaveProperty("bytes");
  });

  it("counts those that were asked for, and not what of usual ones went on", () => {
    // A fast line has more under way than was asked for.
    expect(wish(4, FAST, { ...FREE, wantedBytes: 700_000 })).toHaveProperty("bytes");
  });

  it("is no more of them where three were long enough and showed none", () => {
    // As slow, and at no rate: a long slow start.
    const seen = drawPairs(
      7,
      { target: { ...FAST, wantedBytes: 800_000 }, control: { ...FREE, wantedBytes: 800_000 } },
      PLACE,
      1,
    );
    const atNone = seen.map((one) => {
      if (one.role === "control") return one;
      const { requestUs = 0, durationUs = 0, bytes = 0 } = one;
      const samples = Array.from({ length: 41 }, (_, step) => ({
        elapsedUs: Math.round(requestUs + ((durationUs - requestUs) * step) / 40),
        bytes: Math.round(3500 + (bytes - 3500) * (step / 40) ** 3),
      }));
      return { ...one, samples };
    });
    expect(wantOfLead(compareFlows(atNone, "control-server", "down"), 10)).not.toHaveProperty("bytes");
  });

  it("follows two that show a rate where the target is behind, and not where two of a healthy one are odd", () => {
    const held: FlowModel = { kind: "shaped", rateBps: 200_000, burstBytes: 500_000, wantedBytes: 600_000 };
    const two = drawPairs(2, { target: held, control: FREE }, PLACE, 1);
    const usual = (count: number, target: FlowModel): typeof two =>
      drawPairs(count, { target, control: FREE }, PLACE, 2).map((one) => ({ ...one, pair: one.pair! + 2 }));
    const wants = (later: typeof two): unknown =>
      wantOfLead(compareFlows([...two, ...later], "control-server", "down"), 10);
    expect((wants(usual(1, { kind: "free", rateBps: 8e6 })) as { bytes: number }).bytes).toBeGreaterThan(
      500_000,
    );
    expect(wants(usual(8, { ...FREE, rateBps: 17e6 }))).not.toHaveProperty("bytes");
  });

  it("is as large as those that show a rate, where smaller ones do not: behind a deep bucket", () => {
    const deep = drawPairs(
      4,
      {
        target: { kind: "shaped", rateBps: 200_000, burstBytes: 500_000, wantedBytes: 600_000 },
        control: FREE,
      },
      PLACE,
      1,
    );
    const usual = drawPairs(6, { target: FREE, control: FREE }, PLACE, 2).map((one) => ({
      ...one,
      pair: one.pair! + 4,
    }));
    const compared = compareFlows([...deep, ...usual], "control-server", "down");
    const { bytes = 0 } = wantOfLead(compared, 10);
    expect(bytes).toBeGreaterThan(500_000);
    expect(bytes).toBeLessThan(800_000);
  });
});
