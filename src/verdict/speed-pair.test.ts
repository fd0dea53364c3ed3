import fc from "fast-check";
import { expect, test } from "vitest";
import type { Observation } from "../observation/observation.ts";
import { judgePairedSpeedRow, judgeSpeedPair, speedPairBayesFactor } from "./speed-pair.ts";
import { verdictSchema } from "./verdict.ts";

const transfer = (role: Observation["role"], goodputBps: number): Observation => ({
  measurementId: "m:2",
  origin: "imported",
  role,
  target: role,
  goodputBps,
});

test("computes the Bayes factor of the crowd notes", () => {
  // By hand for T = 104.36, C = 3787.88 kbit/s: z = -3.5917, p0 = 0.003535, p1 = 1/5.9370.
  const z = Math.log(104.36 / 3787.88);
  const u = (z - 0.25) / 0.45;
  const p0 = 1 / (2 * Math.SQRT2 * 0.45 * (1 + (u * u) / 2) ** 1.5);
  expect(speedPairBayesFactor(104_360, 3_787_880)).toBeCloseTo(1 / Math.log(378.788) / p0, 6);
});

test("takes the narrower scales for medians of three and of five pairs", () => {
  // By hand for T = 1, C = 5 Mbit/s: p1 = 1/ln(500), z = -1.6094, p0 = (1 + u^2/2)^-1.5 / (2 sqrt(2) scale), u = (z - 0.25)/scale.
  const factors = [1, 2, 3, 4, 5, 10].map((pairs) => speedPairBayesFactor(1e6, 5e6, pairs).toFixed(2));
  expect(factors).toEqual(["6.03", "6.03", "9.36", "9.36", "26.77", "26.77"]);
});

test("calls a target at 108 kbit/s beside a fast control throttled, and an equal pair ok", () => {
  expect(judgeSpeedPair(108_000, 4_000_000).state).toBe("throttled");
  expect(judgeSpeedPair(3_900_000, 4_000_000).state).toBe("ok");
  expect(judgeSpeedPair(8_000_000, 4_000_000).state).toBe("ok");
});

test("says insufficient between the thresholds, and names the factor", () => {
  expect(judgeSpeedPair(400_000, 4_000_000)).toMatchObject({
    state: "insufficient",
    bayesFactor: expect.any(Number),
  });
});

test.each([
  [undefined, 4e6],
  [1e5, undefined],
  [0, 4e6],
  [-1e5, 4e6],
  [1e5, 0],
  [1e5, -4e6],
  [Number.NaN, 4e6],
  [1e5, Number.POSITIVE_INFINITY],
  [1e4, 399_999],
])("says insufficient for target %s and control %s", (target, control) => {
  expect(judgeSpeedPair(target, control).state).toBe("insufficient");
});

test("calls a target below every cap considered neither throttled nor ok", () => {
  expect(judgeSpeedPair(9_000, 4_000_000).state).toBe("insufficient");
});

test("makes a verdict that is valid, claims no mechanism and rules out a slow connection", () => {
  const verdict = judgePairedSpeedRow({
    line: 2,
    target: transfer("target", 104_360),
    control: transfer("control", 3_787_880),
  });
  expect(verdictSchema.safeParse(verdict).success).toBe(true);
  expect(verdict).toMatchObject({ state: "throttled", mechanisms: [], rate: { rateBps: 104_360 } });
  expect(verdict.ruledOut).toHaveLength(1);
  expect(verdict.confidence).toBeLessThan(0.95);
});

test("makes a valid verdict of any row", () => {
  const speed = fc.option(fc.double({ min: 1, max: 1e10, noNaN: true }), { nil: undefined });
  fc.assert(
    fc.property(speed, speed, (target, control) => {
      const verdict = judgePairedSpeedRow({
        line: 2,
        ...(target !== undefined && { target: transfer("target", target) }),
        ...(control !== undefined && { control: transfer("control", control) }),
      });
      expect(verdictSchema.safeParse(verdict).success).toBe(true);
    }),
  );
});
