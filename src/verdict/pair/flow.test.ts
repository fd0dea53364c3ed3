import { describe, expect, it } from "vitest";
import type { Observation } from "../../observation/observation.ts";
import { flowOf } from "./flow.ts";

/** Of 1 MB in 20 ms steps at 8 Mbit/s; between two moments, in ms, the count stands still, and is read each 100 ms. */
function flow(holeFromMs = 0, holeToMs = 0): Observation {
  const samples = [{ elapsedUs: 0, bytes: 0 }];
  for (let ms = 20; ms <= 1000; ms += 20) {
    const isStill = ms > holeFromMs && ms < holeToMs;
    if (isStill && ms % 100 !== 0) continue;
    samples.push({ elapsedUs: ms * 1000, bytes: (isStill ? holeFromMs : ms) * 1000 });
  }
  return {
    ...{ measurementId: "drawn", origin: "simulated", role: "control", comparison: "same-address" },
    ...{ direction: "down", statusCode: 200, connectUs: 0, handshakeUs: 0, bytes: 1_000_000 },
    ...{ durationUs: 1_000_000, samples },
  };
}

describe("the speed of a flow's second half", () => {
  it("is that past slow start", () => {
    expect(flowOf(flow()).steadyBps).toBeCloseTo(8e6, -5);
  });

  it("is known where all of it waited behind one hole: it came while the count stood still", () => {
    expect(flowOf(flow(400, 1000)).steadyBps).toBeCloseTo(8e6, -5);
    expect(flowOf(flow(600, 900)).steadyBps).toBeCloseTo(8e6, -5);
  });
});
