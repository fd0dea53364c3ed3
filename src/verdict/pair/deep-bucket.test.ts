import { describe, expect, it } from "vitest";
import { drawPairs, type FlowModel } from "../../../test/probe/drawn-flows.ts";
import { areHeldDeep, isMetLate } from "./deep-bucket.ts";
import { type Flow, flowOf } from "./flow.ts";
import { heldRateOf } from "./held-rate.ts";

const DEEP: FlowModel = { kind: "policed", rateBps: 300_000, burstBytes: 450_000 };
const FREE: FlowModel = { kind: "free", rateBps: 8e6 };
const LARGE = { wantedBytes: 800_000 };

function flows(count: number, model: FlowModel, seed = 3): Flow[] {
  return drawPairs(count, { target: model, control: model }, { comparison: "control-server" }, seed)
    .filter(({ role }) => role === "target")
    .map(flowOf);
}

function isLate({ rateLimit, observation: { samples = [] } }: Flow): boolean {
  return isMetLate(rateLimit, samples);
}

function areDeep(targets: readonly Flow[], controls: readonly Flow[]): boolean {
  return areHeldDeep(heldRateOf(targets)!, targets, controls);
}

describe("a deep bucket", () => {
  it("is met late, and a shallow one is not", () => {
    expect(flows(3, { ...DEEP, ...LARGE }).every(isLate)).toBe(true);
    expect(flows(3, DEEP).some(isLate)).toBe(false);
    expect(flows(3, { ...DEEP, burstBytes: 64_000 }).some(isLate)).toBe(false);
    expect(flows(3, { ...FREE, ...LARGE }).some(isLate)).toBe(false);
  });

  it("is told by five that emptied it beside five that moved past it, whatever smaller ones did", () => {
    const targets = [...flows(8, DEEP), ...flows(5, { ...DEEP, ...LARGE }, 4)];
    const controls = [...flows(8, FREE), ...flows(5, { ...FREE, ...LARGE }, 4)];
    expect(areDeep(targets, controls)).toBe(true);
    expect(areDeep(targets.slice(0, -1), controls)).toBe(false);
    expect(areDeep(targets, controls.slice(0, -1))).toBe(false);
  });

  it("is not where controls meet it as well, nor where as many targets move past it", () => {
    const targets = flows(6, { ...DEEP, ...LARGE });
    const controls = flows(6, { ...FREE, ...LARGE });
    expect(areDeep(targets, [...controls, ...flows(1, { ...DEEP, ...LARGE }, 7)])).toBe(false);
    expect(areDeep([...targets, ...flows(6, { ...FREE, ...LARGE }, 8)], controls)).toBe(false);
    // Nor of flows that were slow from their beginning.
    const slow = flows(6, { ...DEEP, burstBytes: 0, ...LARGE });
    expect(areDeep(slow, controls)).toBe(false);
    const frozen = flows(1, { kind: "frozen", rateBps: 8e6, burstBytes: 60_000 }, 7);
    expect(areDeep(targets, [...controls, ...frozen])).toBe(false);
    // Three in four are the slowest of all by chance once in a hundred.
    expect(areDeep([...targets, ...flows(3, { ...FREE, ...LARGE }, 8)], controls.slice(0, 5))).toBe(false);
  });
});
