/** Cases that are drawn for the probe's bench: each is a scenario, and lies in the ranges that it is to be drawn from. */
import { describe, expect, it } from "vitest";
import { drawProbeCase } from "../bench/probe-cases.ts";
import { PROBE_KINDS, readKinds } from "../bench/probe-kinds.ts";
import { scenarioOf } from "../lab/small-scenario.ts";

const DRAWN = Array.from({ length: 20 * PROBE_KINDS.length }, (_, number) => drawProbeCase(1, number));

describe("drawn cases of the probe's bench", () => {
  it("are scenarios, and the same for the same seed", () => {
    for (const drawn of DRAWN) {
      scenarioOf(drawn.scenario);
      expect(drawProbeCase(1, drawn.number)).toEqual(drawn);
    }
  });

  it("have every kind, and a control server where that is what is held", () => {
    expect(new Set(DRAWN.map(({ kind }) => kind))).toEqual(new Set(PROBE_KINDS));
    for (const { kind, hasControlServer } of DRAWN)
      if (kind === "control-throttled") expect(hasControlServer).toBe(true);
  });

  it("hold a name to 64 kbit/s to 4 Mbit/s, on lines at least eight times as fast", () => {
    for (const { kind, scenario, truth } of DRAWN) {
      if (kind !== "policed" && kind !== "shaped") continue;
      const { down } = scenarioOf(scenario).networks[0]!;
      expect(truth.rateBps).toBeGreaterThanOrEqual(64_000);
      expect(truth.rateBps).toBeLessThanOrEqual(4_000_000);
      // The scenario's text has two decimals of a Mbit/s.
      expect(down.rateBps! + 5000).toBeGreaterThanOrEqual(8 * truth.rateBps!);
    }
  });

  it("dip to 64 to 300 kbit/s for three to six seconds, and never count as throttled", () => {
    const dips = DRAWN.filter(({ kind }) => kind === "dip");
    expect(dips.map(({ truth }) => truth.state)).toEqual(dips.map(() => "ok"));
    for (const { dip } of dips) {
      expect(dip!.rateBps).toBeGreaterThanOrEqual(64_000);
      expect(dip!.rateBps).toBeLessThanOrEqual(300_000);
      expect(dip!.forMs).toBeGreaterThanOrEqual(3000);
      expect(dip!.afterMs + dip!.forMs).toBeLessThanOrEqual(12_000);
    }
  });

  it("are chosen by kind, and a wrong kind is said with those there are", () => {
    expect(readKinds("dip,reset", false)).toEqual(new Set(["dip", "reset"]));
    expect(readKinds("dips", false)).toMatch(/^no such kind: dips; there are healthy, /);
    expect(readKinds("dip", true)).toMatch(/^no such kind with relays: dip;/);
  });
});
