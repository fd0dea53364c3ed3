/** Where the course of ratios ends its scale, and that it says so. */
import { expect, it } from "vitest";
import { coursePoints } from "../../dashboard/pages/pairs/course-points.ts";

const row = (ratio_p10: number, ratio_p50: number, ratio_p90: number) => ({
  ...{
    from: "2021-03-10T00:00:00Z",
    domain: "a.example",
    measurements: 5,
    failed: 0,
    pairs: 5,
    slow: 5,
    fast: 0,
  },
  ...{ ratio_p10, ratio_p50, ratio_p90 },
});

it("marks what lies beyond the scale, at its edge, with the true value in words", () => {
  const { points, beyond } = coursePoints(
    [row(0.1, 0.5, 1), row(0.001, 0.002, 0.01), row(0.001, 0.5, 9), row(5, 6, 7)],
    3_600_000,
  );
  expect(points.map(({ isInside }) => isInside)).toEqual([true, false, true, false]);
  expect(beyond.map(({ side, edge, isMedian }) => [side, edge, isMedian])).toEqual([
    ["below", 0.005, true],
    ["below", 0.005, false],
    ["above", 4, false],
    ["above", 4, true],
  ]);
  expect(beyond[0]!.title).toContain("0.0020 (0.0010 – 0.010)");
});
