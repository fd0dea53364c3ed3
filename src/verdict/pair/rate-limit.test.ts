import { describe, expect, it } from "vitest";
import { drawFlow, type FlowModel } from "../../../test/probe/drawn-flows.ts";
import { seededRandom } from "../../base/random.ts";
import { hasToldEnough, isSlowingDown } from "./is-enough.ts";
import { findRateLimit, type RateLimit } from "./rate-limit.ts";

const PLACE = { comparison: "control-server", role: "target", pair: 0 } as const;

function limitOf(model: FlowModel, seed: number): RateLimit | undefined {
  const { samples = [], rttUs } = drawFlow(model, PLACE, seededRandom(seed));
  return findRateLimit(samples, rttUs);
}

describe("a rate limit in one flow's progress", () => {
  it.each([64_000, 146_000, 500_000])(
    "is found at %i bit/s, for buckets of 6 to 64 kB, policed or shaped",
    (rateBps) => {
      // A deep bucket at a high rate leaves too short a phase: the probe then goes on with the flow.
      for (const burstBytes of [6000, 16_000, ...(rateBps < 200_000 ? [64_000] : [])]) {
        for (let seed = 0; seed < 20; seed++) {
          const policed = limitOf({ kind: "policed", rateBps, burstBytes }, seed);
          // At 64 kbit/s a clump is two packets: hardly a tooth.
          expect(["saw-tooth", ...(rateBps < 100_000 ? ["smooth"] : [])]).toContain(policed?.kind);
          expect(Math.abs(policed!.rateBps / rateBps - 1)).toBeLessThan(0.15);
          const shaped = limitOf({ kind: "shaped", rateBps, burstBytes }, seed);
          expect(shaped?.kind).toBe("smooth");
          expect(Math.abs(shaped!.rateBps / rateBps - 1)).toBeLessThan(0.08);
        }
      }
    },
  );

  it("is not found where nothing limits", () => {
    for (let seed = 0; seed < 50; seed++)
      expect(limitOf({ kind: "free", rateBps: 8e6 }, seed)).toBeUndefined();
  });

  it("needs two and a half seconds of it", () => {
    const { samples = [] } = drawFlow({ kind: "shaped", rateBps: 146_000 }, PLACE, seededRandom(1));
    const early = samples.filter(({ elapsedUs }) => elapsedUs < samples[0]!.elapsedUs + 2_300_000);
    expect(findRateLimit(early, 60_000)).toBeUndefined();
  });
});

describe("watching a flow", () => {
  it("ends when the limit has shown itself, not while it runs freely", () => {
    const told = (model: FlowModel): boolean => {
      const { samples = [], durationUs = 0 } = drawFlow(model, PLACE, seededRandom(3));
      return hasToldEnough({ samples, durationUs, rttUs: 60_000 });
    };
    expect(told({ kind: "policed", rateBps: 146_000 })).toBe(true);
    expect(told({ kind: "frozen", rateBps: 0, burstBytes: 17_000 })).toBe(true);
    expect(told({ kind: "free", rateBps: 5e6 })).toBe(false);
  });

  it("goes on where a deep bucket has just run dry", () => {
    const { samples = [] } = drawFlow(
      { kind: "shaped", rateBps: 300_000, burstBytes: 256_000 },
      PLACE,
      seededRandom(4),
    );
    const upTo = samples.filter(({ bytes }) => bytes <= 300_000);
    expect(isSlowingDown({ samples: upTo, durationUs: 0 })).toBe(true);
    const { samples: free = [] } = drawFlow({ kind: "free", rateBps: 5e6 }, PLACE, seededRandom(4));
    expect(isSlowingDown({ samples: free, durationUs: 0 })).toBe(false);
  });
});
