import { describe, expect, it } from "vitest";
import { seededRandom } from "../../base/random.ts";
import type { Sample } from "./rate-limit.ts";
import { findStraightLimit } from "./straight-limit.ts";

const RTT_US = 100_000;
const SEGMENT = 1448;

/** Windows that double, then whatever `next` lets by every 10 ms, until `untilUs`. */
function flow(untilUs: number, next: (us: number) => number): Sample[] {
  const samples: Sample[] = [{ elapsedUs: 2 * RTT_US, bytes: 4000 }];
  let bytes = 4000;
  for (let window = 10; window <= 40; window *= 2) {
    bytes += window * SEGMENT;
    samples.push({ elapsedUs: samples.at(-1)!.elapsedUs + RTT_US, bytes });
  }
  for (let us = samples.at(-1)!.elapsedUs + 10_000; us <= untilUs; us += 10_000) {
    const more = next(us);
    if (more <= 0) continue;
    bytes += more;
    samples.push({ elapsedUs: us, bytes });
  }
  return samples;
}

/** A queue at `rateBps`; behind a lost packet the count stands still, and jumps when it comes. */
function behindQueue(
  rateBps: number,
  untilUs: number,
  holes: readonly [fromUs: number, forUs: number][],
): Sample[] {
  let waiting = 0;
  return flow(untilUs, (us) => {
    waiting += (rateBps / 8e6) * 10_000;
    if (holes.some(([fromUs, forUs]) => us >= fromUs && us < fromUs + forUs)) return 0;
    const whole = Math.floor(waiting / SEGMENT) * SEGMENT;
    waiting -= whole;
    return whole;
  });
}

describe("a flow on one straight line", () => {
  it.each([400_000, 1_500_000, 4_000_000])("tells a rate of %i bit/s within one percent", (rateBps) => {
    const found = findStraightLimit(behindQueue(rateBps, 4_000_000, []), RTT_US)!;
    expect((found.bytesPerUs * 8e6) / rateBps).toBeCloseTo(1, 2);
  });

  it("tells how deep the bucket was that let the beginning by, and since when the line was met", () => {
    let left = 128_000;
    const bucket = flow(4_000_000, () => {
      const more = left > 0 ? 8 * SEGMENT : 0;
      left -= more;
      return more + (2e6 / 8e6) * 10_000;
    });
    const found = findStraightLimit(bucket, RTT_US)!;
    expect((found.bytesPerUs * 8e6) / 2e6).toBeCloseTo(1, 1);
    // Windows of 70 packets, and 128 kB at once, less what the rate let by meanwhile.
    const { elapsedUs, bytes } = found.start;
    expect(bytes).toBeGreaterThan(150_000);
    expect(found.burstBytes / (bytes - (2e6 / 8e6) * (elapsedUs - 200_000))).toBeCloseTo(1, 1);
  });

  it("is told in spite of holes, whose bytes come at once when they are filled", () => {
    const holed = behindQueue(2e6, 4_000_000, [
      [1_000_000, 250_000],
      [2_200_000, 400_000],
      [3_300_000, 150_000],
    ]);
    const found = findStraightLimit(holed, RTT_US)!;
    expect((found.bytesPerUs * 8e6) / 2e6).toBeCloseTo(1, 1);
    expect(found.phaseUs).toBeGreaterThan(1_400_000);
  });

  it("is told where holes of a full queue take a third of the flow, and it ends in another", () => {
    // As a queue of 64 kB at 1 Mbit/s makes them: half a second and a round trip until what was lost is sent again.
    const holes: [number, number][] = [
      [1_700_000, 900_000],
      [3_000_000, 700_000],
    ];
    const found = findStraightLimit(behindQueue(1e6, 3_600_000, holes), RTT_US)!;
    expect((found.bytesPerUs * 8e6) / 1e6).toBeCloseTo(1, 1);
    // What came before the hole alone is too short.
    expect(findStraightLimit(behindQueue(1e6, 2_000_000, holes), RTT_US)).toBeUndefined();
  });

  it("is not told of what went on faster after a hole", () => {
    const crowded = behindQueue(1.5e6, 2_400_000, [[2_100_000, 290_000]]);
    const { elapsedUs, bytes } = crowded.at(-1)!;
    const goesOn = (rateBps: number): Sample[] =>
      Array.from({ length: 60 }, (_, index) => ({
        elapsedUs: elapsedUs + 10_000 * (index + 1),
        bytes: bytes + Math.round((rateBps / 8e6) * 10_000 * (index + 1)),
      }));
    expect(findStraightLimit([...crowded, ...goesOn(8e6)], RTT_US)).toBeUndefined();
    expect(findStraightLimit([...crowded, ...goesOn(1e6)], RTT_US)).toMatchObject({ isWhole: false });
  });

  it("is not told of flows that end within 1.4 s, or within a hundred packets", () => {
    expect(findStraightLimit(behindQueue(4e6, 1_500_000, []), RTT_US)).toBeUndefined();
    expect(findStraightLimit(behindQueue(100_000, 3_000_000, []), RTT_US)).toBeUndefined();
  });

  it("is hardly ever told of flows whose window grows and falls by itself", () => {
    // A window of 20 to 60 packets that loses at random and grows by one a round trip, as after RFC 5681.
    let found = 0;
    for (let seed = 0; seed < 200; seed++) {
      const random = seededRandom(seed);
      let window = 40;
      let next = 0;
      const samples = flow(4_000_000, (us) => {
        if (us < next) return 0;
        next = us + RTT_US;
        window = random.next() < 0.12 ? window / 2 : window + 1;
        return Math.round(window) * SEGMENT;
      });
      if (findStraightLimit(samples, RTT_US)) found++;
    }
    expect(found).toBeLessThan(20);
  });
});
