import { expect, test } from "vitest";
import { seededRandom } from "../../base/random.ts";
import { judgeCap, numberPlaces, rowWeights } from "./network-cap.ts";
import type { TestedPair } from "./speed-row.ts";

interface Draw {
  readonly rows: number;
  readonly places?: number;
  /** Share of rows held back, and what they then reach. */
  readonly share?: number;
  readonly held?: (controlBps: number, normal: number) => number;
}

/** Controls about 5 Mbit/s; what is not held reaches as much, give or take a third. One row of a place every two hours. */
function drawn({ rows, places = 20, share = 0, held = () => 0 }: Draw): TestedPair[] {
  const random = seededRandom(3);
  return Array.from({ length: rows }, (_, i) => {
    const controlBps = 5e6 * Math.exp(0.6 * random.normal());
    const normal = random.normal();
    const testedBps =
      random.next() < share ? held(controlBps, normal) : controlBps * Math.exp(0.25 + 0.3 * normal);
    return { timeS: Math.floor(i / places) * 7200, place: `place ${i % places}`, testedBps, controlBps };
  });
}

const capped = (_: number, normal: number): number => 130e3 * Math.exp(0.1 * normal);
const slow = (controlBps: number, normal: number): number => 0.02 * controlBps * Math.exp(0.1 * normal);

test("finds the cap, its share and its spread", () => {
  const cap = judgeCap(drawn({ rows: 2000, share: 0.4, held: capped }), seededRandom(1));
  if (cap.state !== "capped") throw new Error(JSON.stringify(cap));
  expect(Math.abs(Math.log(cap.capBps / 130e3))).toBeLessThan((4 * 0.1) / Math.sqrt(800));
  expect(cap.interval.lowBps).toBeLessThan(130e3);
  expect(cap.interval.highBps).toBeGreaterThan(130e3);
  expect(Math.abs(cap.share - 0.4)).toBeLessThan(4 * Math.sqrt(0.24 / 2000));
  expect(Math.abs(cap.spread - 0.1)).toBeLessThan(0.02);
  expect(Math.abs(cap.slope)).toBeLessThan(0.05);
  expect(cap.clusterPlaces).toBe(20);
});

test("finds it in ten rows", () => {
  expect(judgeCap(drawn({ rows: 12, places: 6, share: 1, held: capped }), seededRandom(1)).state).toBe(
    "capped",
  );
});

test("calls a slow path no cap: its speed rises with the control's", () => {
  const judgement = judgeCap(drawn({ rows: 1000, share: 1, held: slow }), seededRandom(1));
  expect(judgement).toMatchObject({ state: "not-capped", ruledOutBy: expect.stringContaining("slow path") });
});

test("finds none where nothing is held back", () => {
  expect(judgeCap(drawn({ rows: 2000 }), seededRandom(1)).state).toBe("not-capped");
});

test("cannot tell from few rows, or from few places", () => {
  expect(judgeCap(drawn({ rows: 9, share: 1, held: capped }), seededRandom(1))).toEqual({
    state: "insufficient",
    because: "9 rows of 10 needed",
    rows: 9,
  });
  expect(judgeCap(drawn({ rows: 100, places: 2, share: 1, held: capped }), seededRandom(1))).toMatchObject({
    state: "insufficient",
    because: expect.stringContaining("2 places"),
  });
});

test("gives the same interval for the same seed", () => {
  const pairs = drawn({ rows: 200, share: 0.5, held: capped });
  expect(judgeCap(pairs, seededRandom(4))).toEqual(judgeCap(pairs, seededRandom(4)));
});

test("counts a busy place as three rows a day", () => {
  const pair = { timeS: 0, place: "a", testedBps: 1, controlBps: 1 };
  const busy = [0, 1, 2, 3, 4, 5].map((timeS) => ({ ...pair, timeS }));
  const pairs = [...busy, { ...pair, timeS: 86_400 }, { ...pair, place: "b" }];
  expect([...rowWeights(pairs, numberPlaces(pairs))]).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1, 1]);
});
