import { expect, test } from "vitest";
import { tenTimesSlower, weheAreaThrottled } from "./peers.ts";

test("draws OONI's line at ten times and Wehe's at half", () => {
  expect(tenTimesSlower(100, 1_000)).toBe(true);
  expect(tenTimesSlower(101, 1_000)).toBe(false);
  expect(weheAreaThrottled(500, 1_000)).toBe(true);
  expect(weheAreaThrottled(501, 1_000)).toBe(false);
  expect(weheAreaThrottled(1_000, 100)).toBe(false);
});

test("compares nothing with a speed that was not measured or is not above zero", () => {
  for (const speed of [undefined, 0, -5]) {
    expect(tenTimesSlower(speed, 1_000) || tenTimesSlower(1, speed)).toBe(false);
    expect(weheAreaThrottled(speed, 1_000) || weheAreaThrottled(1, speed)).toBe(false);
  }
});
