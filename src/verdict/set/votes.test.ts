import { expect, test } from "vitest";
import { seededRandom } from "../../base/random.ts";
import type { PairState } from "./known-cap.ts";
import type { SpeedRow } from "./speed-row.ts";
import { isDecided, votesOf } from "./votes.ts";

const HOUR_S = 3600;
/** The speed stands for the state here. */
const judge = ({ targetBps }: SpeedRow): PairState =>
  targetBps === 1 ? "throttled" : targetBps === 2 ? "ok" : "insufficient";
const row = (hour: number, targetBps: number, place = "a", asn = 1): SpeedRow => ({
  timeS: hour * HOUR_S,
  asn,
  place,
  targetBps,
});

test("counts one vote per network, place and six hours", () => {
  const rows = [row(0, 1), row(5.9, 1), row(6, 1), row(1, 1, "b"), row(1, 1, "a", 2)];
  expect(votesOf(rows, judge, seededRandom(1))).toHaveLength(4);
});

test("lets most decided rows say what the vote says; a tie says nothing", () => {
  const states = (rows: SpeedRow[]) => votesOf(rows, judge, seededRandom(1)).map(({ state }) => state);
  expect(states([row(0, 1), row(1, 2), row(2, 1), row(2, 3)])).toEqual(["throttled"]);
  expect(states([row(0, 1), row(1, 2)])).toEqual(["insufficient"]);
  expect(states([row(0, 3), row(1, 2)])).toEqual(["ok"]);
  expect(states([row(0, 3)])).toEqual(["insufficient"]);
});

test("keeps the counts and the time of first and last row", () => {
  expect(votesOf([row(3, 1), row(1, 1), row(2, 3)], judge, seededRandom(1))).toEqual([
    {
      asn: 1,
      place: "a",
      firstS: HOUR_S,
      lastS: 3 * HOUR_S,
      state: "throttled",
      throttledRows: 2,
      okRows: 0,
      insufficientRows: 1,
    },
  ]);
});

test("puts rows without a place together", () => {
  const { place: _place, ...nowhere } = row(0, 1);
  expect(votesOf([nowhere, nowhere], judge, seededRandom(1))).toHaveLength(1);
});

test("orders by time, and at random inside a bin, whatever the order of the rows", () => {
  const rows = Array.from({ length: 60 }, (_, i) => row(i < 30 ? 1 : 2, i % 2 === 0 ? 1 : 2, `place ${i}`));
  const votes = votesOf(rows, judge, seededRandom(1));
  expect(votes.map(({ firstS }) => firstS)).toEqual(rows.map(({ timeS }) => timeS));
  const places = (list: typeof votes) => list.map(({ place }) => place);
  expect(places(votes)).not.toEqual(places(votesOf(rows, judge, seededRandom(2))));
  expect(places(votes)).toEqual(places(votesOf([...rows].reverse(), judge, seededRandom(1))));
});

test("tells votes that say something", () => {
  const votes = votesOf([row(0, 1), row(0, 3, "b")], judge, seededRandom(1));
  expect(votes.filter(isDecided)).toHaveLength(1);
});
