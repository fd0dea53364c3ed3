import { expect, test } from "vitest";
import { judgeWithCap, strayDensity, unthrottledDensity } from "./known-cap.ts";

const CAP = 107_200;

test("gives the densities of the crowd notes", () => {
  // t(2) at u = (ln(1/e) - 0.25) / 0.45.
  const u = -1.25 / 0.45;
  expect(unthrottledDensity(1e6 / Math.E, 1e6)).toBeCloseTo(
    1 / (2 * Math.SQRT2 * 0.45 * (1 + (u * u) / 2) ** 1.5),
    10,
  );
  expect(strayDensity(1e6)).toBeCloseTo(1 / 13.815510558, 9);
  expect([strayDensity(999), strayDensity(1.1e9)]).toEqual([0, 0]);
});

test.each([
  ["at the cap beside a fast control", 108_000, 4e6, "throttled"],
  ["at the cap beside a control of three caps", 107_200, 321_600, "throttled"],
  ["at the cap, the control below three caps", 107_200, 321_000, "insufficient"],
  // 0.95 is missed where p1 < 19 x 0.04 pu, about: beyond 3.0 deviations of 0.13, ln T = ln cap + 0.40.
  ["half past the cap, far below the control", 1.5 * CAP, 4e6, "insufficient"],
  ["keeping up with a slow control", 200_000, 300_000, "ok"],
  ["past the cap and below half of the control", 300_000, 4e6, "insufficient"],
  ["four times past the cap", 4.1 * CAP, 40e6, "ok"],
  ["far below the cap", 20_000, 4e6, "insufficient"],
] as const)("%s: %s beside %s is %s", (_, target, control, state) => {
  expect(judgeWithCap(target, control, CAP)).toBe(state);
});

test.each([
  [undefined, 4e6],
  [1e5, undefined],
  [0, 4e6],
  [-1e5, 4e6],
  [1e5, 0],
  [1e5, -4e6],
  [Number.NaN, 4e6],
])("says insufficient for target %s and control %s", (target, control) => {
  expect(judgeWithCap(target, control, CAP)).toBe("insufficient");
});
