import { expect, test } from "vitest";
import { intraclassCorrelation } from "./intraclass.ts";

test("is one where each class is of one mind, and -1/(n-1) where all are split alike", () => {
  const pure = [5, 0, 5, 0].map((successes) => ({ successes, trials: 5 }));
  expect(intraclassCorrelation(pure)).toBeCloseTo(1, 12);
  // No variance between classes at all: -MSW / ((n - 1) MSW).
  const split = [3, 3, 3].map((successes) => ({ successes, trials: 6 }));
  expect(intraclassCorrelation(split)).toBeCloseTo(-1 / 5, 12);
});

test("gives what a table of ten pairs gives by hand", () => {
  const pairs = [2, 2, 2, 1, 1, 0, 0, 0, 0, 0].map((successes) => ({ successes, trials: 2 }));
  // share 0.4; between = 2 (3 x 0.36 + 2 x 0.01 + 5 x 0.16) = 3.8; MSB = 3.8 / 9; within = 2 x 1/2 = 1; MSW = 0.1.
  const expected = (3.8 / 9 - 0.1) / (3.8 / 9 + 0.1);
  expect(intraclassCorrelation(pairs)).toBeCloseTo(expected, 12);
});

test("counts classes of unequal size by their typical size", () => {
  // (4 of 4), (1 of 2), (0 of 4): share 1/2; between = 1 + 0 + 1; MSB = 1; within = 1/2; MSW = 1/14; n0 = (10 - 3.6) / 2.
  const classes = [
    { successes: 4, trials: 4 },
    { successes: 1, trials: 2 },
    { successes: 0, trials: 4 },
  ];
  expect(intraclassCorrelation(classes)).toBeCloseTo((1 - 1 / 14) / (1 + 2.2 / 14), 12);
});

test("says nothing where there is nothing to say", () => {
  expect(intraclassCorrelation([{ successes: 2, trials: 4 }])).toBeUndefined();
  expect(
    intraclassCorrelation([
      { successes: 1, trials: 1 },
      { successes: 0, trials: 1 },
    ]),
  ).toBeUndefined();
  expect(
    intraclassCorrelation([
      { successes: 4, trials: 4 },
      { successes: 4, trials: 4 },
    ]),
  ).toBeUndefined();
});
