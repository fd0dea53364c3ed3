import { expect, test } from "vitest";
import type { Observation } from "../../observation/observation.ts";
import { lookalikePairs, speedRowOf, targetPairs, UNKNOWN_PLACE } from "./speed-row.ts";

const observation: Observation = {
  measurementId: "m:2",
  origin: "imported",
  role: "target",
  time: "2021-03-13T00:05:00Z",
  asn: 64_500,
  country: "RU",
  networkName: "Example",
  prefix: "198.51.100.0/24",
  goodputBps: 108_000,
};

test("takes who, when and the speeds over; what was not measured stays absent", () => {
  expect(
    speedRowOf({
      line: 2,
      target: observation,
      control: { ...observation, role: "control", goodputBps: 4e6 },
    }),
  ).toEqual({
    timeS: Date.UTC(2021, 2, 13, 0, 5) / 1000,
    asn: 64_500,
    country: "RU",
    networkName: "Example",
    place: "198.51.100.0/24",
    targetBps: 108_000,
    controlBps: 4e6,
  });
});

test("prefers the finer place, and makes no row without time or network", () => {
  expect(speedRowOf({ line: 2, place: "elsewhere", target: observation })?.place).toBe("elsewhere");
  const { time: _time, ...timeless } = observation;
  const { asn: _asn, ...homeless } = observation;
  expect(speedRowOf({ line: 2, target: timeless })).toBeUndefined();
  expect(speedRowOf({ line: 2, target: homeless })).toBeUndefined();
  expect(speedRowOf({ line: 2 })).toBeUndefined();
});

test("pairs only what was measured and is above zero", () => {
  const row = { timeS: 0, asn: 1, targetBps: 1e5, controlBps: 4e6 };
  expect(targetPairs([row, { timeS: 0, asn: 1, targetBps: 1e5 }, { ...row, controlBps: 0 }])).toEqual([
    { timeS: 0, place: UNKNOWN_PLACE, testedBps: 1e5, controlBps: 4e6 },
  ]);
  expect(lookalikePairs([row])).toEqual([]);
});
