import { expect, it } from "vitest";
import { CALIBRATION } from "./calibration.ts";
import { fitCalibration, modelDurations, quantileGaps } from "./fit-calibration.ts";

const conditions = { bytes: 383_000, rateBps: 146_000, burstBytes: 16_000 };
const path = (rttUs: number, loss = 0) => ({ rttUs, rateBps: 20e6, loss });

it("finds the parameters again that made the transfers", () => {
  const made = { ...CALIBRATION, serverUs: 60_000, policedShare: 0.8, policedSpread: 0.1, shapedShare: 0.9 };
  const kinds = [
    ...[10e3, 46e3, 146e3].map((rttUs) => ({ ...conditions, model: "open" as const, path: path(rttUs) })),
    { ...conditions, model: "policed" as const, path: path(46e3) },
    { ...conditions, model: "shaped" as const, path: path(46e3) },
  ].map((kind) => ({ ...kind, durationsUs: modelDurations(kind, made) }));
  const found = fitCalibration(kinds, CALIBRATION);
  expect(found.serverUs / made.serverUs).toBeCloseTo(1, 1);
  expect(found.policedShare).toBeCloseTo(made.policedShare, 2);
  expect(found.policedSpread).toBeCloseTo(made.policedSpread, 2);
  expect(found.shapedShare).toBeCloseTo(made.shapedShare, 2);
  for (const kind of kinds)
    for (const gap of quantileGaps(kind, found)) expect(Math.abs(gap)).toBeLessThan(0.05);
});

it("leaves alone what no transfer tells of", () => {
  const kind = { ...conditions, model: "shaped" as const, path: path(46e3), durationsUs: [24e6, 24.1e6] };
  const found = fitCalibration([kind], CALIBRATION);
  expect({ ...found, shapedShare: 0, shapedSpread: 0 }).toEqual({
    ...CALIBRATION,
    shapedShare: 0,
    shapedSpread: 0,
  });
});

it("makes random loss slow in the long run as Mathis' formula says", () => {
  const long = { ...conditions, model: "lossy" as const, path: path(100e3, 0.01), bytes: 5e6 };
  const durations = modelDurations(long, CALIBRATION, 50);
  const meanUs = durations.reduce((sum, one) => sum + one, 0) / durations.length;
  const mathisBps = ((1448 * 8) / 0.1) * Math.sqrt(1.5 / 0.01);
  expect((5e6 * 8e6) / meanUs / mathisBps).toBeGreaterThan(0.7);
  expect((5e6 * 8e6) / meanUs / mathisBps).toBeLessThan(1.4);
});
