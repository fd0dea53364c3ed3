import { describe, expect, it } from "vitest";
import { drawPairs, type FlowModel } from "../../../test/probe/drawn-flows.ts";
import { type Flow, flowOf } from "./flow.ts";
import { controlsAsLarge, heldRateOf, isMostlyHeld } from "./held-rate.ts";

const PLACE = { comparison: "control-server" } as const;
const SHORT: FlowModel = { kind: "shaped", rateBps: 2e6 };
const LONG: FlowModel = { ...SHORT, wantedBytes: 900_000 };
const FREE: FlowModel = { kind: "free", rateBps: 16e6 };

function flows(count: number, model: FlowModel): Flow[] {
  return drawPairs(count, { target: model, control: model }, PLACE, 3)
    .filter(({ role }) => role === "target")
    .map(flowOf);
}

describe("a rate that flows are held to", () => {
  it("is theirs though others ended too soon to show it", () => {
    const all = [...flows(6, SHORT), ...flows(3, LONG)];
    const held = heldRateOf(all);
    expect(held).toMatchObject({ kind: "smooth", flows: 3 });
    expect(held!.rateBps / 2e6).toBeCloseTo(1, 1);
    expect(isMostlyHeld(held, all)).toBe(true);
  });

  it("is not theirs where as many were faster", () => {
    const all = [...flows(3, LONG), ...flows(3, FREE)];
    expect(isMostlyHeld(heldRateOf(all), all)).toBe(false);
  });

  it("is theirs behind a bucket of 256 KiB only where one that deep is asked for", () => {
    const deep = { kind: "policed", rateBps: 400_000, burstBytes: 256 * 1024 } as const;
    const all = [...flows(6, deep), ...flows(3, { ...deep, wantedBytes: 700_000 })];
    const held = heldRateOf(all);
    expect(held?.flows).toBe(3);
    expect(isMostlyHeld(held, all)).toBe(false);
    expect(isMostlyHeld(held, all, 256 * 1024)).toBe(true);
  });

  it("is held against controls that moved as much, where there are three", () => {
    const controls = [...flows(5, FREE), ...flows(3, { ...FREE, wantedBytes: 900_000 })];
    expect(controlsAsLarge(controls, flows(3, LONG))).toHaveLength(3);
    expect(controlsAsLarge(controls.slice(0, 7), flows(3, LONG))).toHaveLength(7);
  });
});
