import { expect, test } from "vitest";
import { spreadOf } from "./spread.ts";
import type { Vote } from "./votes.ts";

/** Rows of each place, [throttled, ok], as one vote. */
const votes = (places: readonly (readonly [number, number])[]): Vote[] =>
  places.map(([throttledRows, okRows], i) => ({
    asn: 1,
    place: `place ${i}`,
    firstS: 0,
    lastS: 0,
    state: "ok",
    throttledRows,
    okRows,
    insufficientRows: 0,
  }));

test("tells part of the places from all places at random", () => {
  expect(
    spreadOf(
      votes([
        [9, 0],
        [0, 9],
        [8, 1],
        [0, 7],
        [6, 0],
      ]),
    ),
  ).toMatchObject({ state: "by-place", places: 5 });
  expect(
    spreadOf(
      votes([
        [4, 5],
        [5, 4],
        [4, 4],
        [3, 4],
        [3, 3],
      ]),
    ),
  ).toMatchObject({ state: "at-random", places: 5 });
});

test("stays undecided between 0.3 and 0.6", () => {
  const spread = spreadOf(
    votes([
      [4, 1],
      [1, 4],
      [4, 1],
      [1, 4],
      [5, 0],
      [0, 5],
      [3, 2],
      [2, 3],
    ]),
  );
  // MSB = (4 x 5 x 0.09 + 2 x 5 x 0.25 + 2 x 5 x 0.01) / 7 = 4.4 / 7; MSW = (4 x 0.8 + 2 x 1.2) / 32 = 0.175; n0 = 5.
  expect(spread).toMatchObject({ state: "undecided" });
  if (spread.state !== "insufficient")
    expect(spread.correlation).toBeCloseTo((4.4 / 7 - 0.175) / (4.4 / 7 + 4 * 0.175), 12);
});

test("leaves out places of few rows, and says how many are missing", () => {
  expect(
    spreadOf(
      votes([
        [9, 0],
        [0, 9],
        [4, 0],
      ]),
    ),
  ).toEqual({
    state: "insufficient",
    because: "2 places with 5 rows and more, 5 needed",
    places: 2,
  });
  expect(spreadOf(votes([1, 2, 3, 4, 5].map(() => [9, 0] as const))).state).toBe("insufficient");
});
