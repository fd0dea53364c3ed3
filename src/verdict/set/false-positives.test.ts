import { expect, test } from "vitest";
import { falsePositivesOf, rateOf } from "./false-positives.ts";

const row = (controlBps: number, lookalikeBps?: number) => ({
  timeS: 0,
  asn: 1,
  controlBps,
  ...(lookalikeBps !== undefined && { lookalikeBps }),
});

test("counts both directions, over pairs of controls only", () => {
  const rows = [row(4e6, 4e6), row(4e6, 108e3), row(108e3, 4e6), row(108e3, 5e6), row(4e6)];
  expect(falsePositivesOf(rows)).toMatchObject({
    rule: "bayes-factor",
    lookalike: { count: 1, of: 4, rate: 0.25 },
    control: { count: 2, of: 4, rate: 0.5 },
  });
  expect(falsePositivesOf(rows, 107e3)).toMatchObject({ rule: "known-cap", control: { count: 2, of: 4 } });
  // Nothing is near a cap of 250 kbit/s.
  expect(falsePositivesOf(rows, 250e3).control.count).toBe(0);
});

test("has no rate of nothing", () => {
  expect(falsePositivesOf([row(4e6)]).lookalike).toEqual({ count: 0, of: 0 });
  expect(rateOf(0, 7).interval!.high).toBeCloseTo(0.292, 3);
});
