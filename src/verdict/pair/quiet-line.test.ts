import { describe, expect, it } from "vitest";
import { drawPairs, type FlowModel } from "../../../test/probe/drawn-flows.ts";
import type { Observation } from "../../observation/observation.ts";
import { flowOf } from "./flow.ts";
import { type QuietLine, quietLine } from "./quiet-line.ts";

const HELD: FlowModel = { kind: "shaped", rateBps: 700_000, wantedBytes: 400_000 };
const FAST: FlowModel = { kind: "free", rateBps: 12e6 };
const APART_MS = 60_000;

/** Pairs of a target that is held, one long after the other, or all at once; of the last few the target is at no rate. */
function drawn(count: number, isApart: boolean, free = 0): Observation[] {
  return Array.from({ length: count }).flatMap((_, pair) =>
    drawPairs(1, { target: HELD, control: FAST }, { comparison: "same-address" }, 1 + pair).map((one) => {
      const isFree = one.role === "target" && pair >= count - free;
      return at({ ...(isFree ? ever(one) : one), pair }, isApart ? pair * APART_MS : 0);
    }),
  );
}

/** Faster and faster, and as long. */
function ever(one: Observation): Observation {
  const { requestUs = 0, durationUs = 0, bytes = 0 } = one;
  const samples = Array.from({ length: 41 }, (_, step) => ({
    elapsedUs: Math.round(requestUs + ((durationUs - requestUs) * step) / 40),
    bytes: Math.round(3500 + (bytes - 3500) * (step / 40) ** 3),
  }));
  return { ...one, samples };
}

function at(one: Observation, afterMs: number): Observation {
  return { ...one, time: new Date(Date.parse(one.time!) + afterMs).toISOString() };
}

function looks(model: FlowModel, count: number): Observation[] {
  return drawPairs(count, { target: model, control: model }, { comparison: "same-address" }, 9)
    .filter(({ role }) => role === "control")
    .map(({ pair, ...one }) => at(one, 30 * APART_MS + pair! * APART_MS));
}

function quiet(pairs: readonly Observation[], alone: readonly Observation[] = []): QuietLine {
  const targets = pairs.filter(({ role }) => role === "target").map(flowOf);
  return quietLine(targets, alone.map(flowOf), [...pairs, ...alone]);
}

describe("a quiet line", () => {
  it("has the rate of targets that their own control ended long before", () => {
    const { targets, rateBps } = quiet(drawn(2, true));
    expect(targets).toBe(2);
    expect(rateBps! / 700_000).toBeCloseTo(1, 1);
  });

  it("has none of targets side by side, nor where most that are not show none", () => {
    expect(quiet(drawn(2, false))).toMatchObject({ targets: 0, rateBps: undefined });
    expect(quiet(drawn(3, true, 2))).toMatchObject({ targets: 3, rateBps: undefined });
    expect(quiet(drawn(3, true, 1)).rateBps).toBeDefined();
  });

  it("has the speed of three large looks and more", () => {
    const pairs = drawn(1, true);
    const large: FlowModel = { ...FAST, wantedBytes: 700_000 };
    const small: FlowModel = { ...FAST, wantedBytes: 64_000 };
    expect(quiet(pairs, looks(large, 2))).toMatchObject({ looks: 2, largeLooks: 2, steadyBps: undefined });
    expect(quiet(pairs, looks(small, 3))).toMatchObject({ looks: 3, largeLooks: 0, steadyBps: undefined });
    expect(quiet(pairs, looks(large, 3)).steadyBps! / 12e6).toBeGreaterThan(0.7);
  });

  it("has that of looks that are held to a rate themselves, however little they moved", () => {
    const held: FlowModel = { kind: "shaped", rateBps: 400_000, wantedBytes: 200_000 };
    expect(quiet(drawn(1, true), looks(held, 3)).steadyBps! / 400_000).toBeCloseTo(1, 1);
  });
});
