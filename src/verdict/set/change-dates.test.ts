import { expect, test } from "vitest";
import { drawnVotes } from "../../../test/set/drawn-votes.ts";
import { dateChanges } from "./change-dates.ts";

const DAY_S = 86_400;
const network = (perDay: number, share: (day: number) => number) => [{ asn: 1, perDay, share }];

test("dates changes as intervals that hold the truth in nineteen of twenty cases", () => {
  let held = 0;
  const runs = 100;
  for (let seed = 1; seed <= runs; seed++) {
    const dates = dateChanges(
      drawnVotes(
        network(5, (day) => (day < 18.4 ? 0.85 : 0.15)),
        40,
        seed,
      ),
    );
    if (dates.state !== "dated") throw new Error(dates.because);
    const change = dates.changes.find(({ fromS, toS }) => fromS <= 18.4 * DAY_S && toS >= 18.4 * DAY_S);
    if (change) held++;
  }
  // Three standard deviations of a hundred draws at 0.95.
  expect(held).toBeGreaterThanOrEqual(95 - 3 * Math.sqrt(100 * 0.95 * 0.05));
});

test("finds no change in a steady network, nor one below a fifth", () => {
  expect(
    dateChanges(
      drawnVotes(
        network(10, () => 0.5),
        60,
        1,
      ),
    ),
  ).toMatchObject({ state: "dated", changes: [] });
  expect(
    dateChanges(
      drawnVotes(
        network(200, (day) => (day < 5 ? 0.5 : 0.38)),
        10,
        1,
      ),
    ),
  ).toMatchObject({ changes: [] });
});

test("cannot tell from fewer than thirty votes", () => {
  expect(dateChanges([])).toEqual({
    state: "insufficient",
    because: "not enough votes to date a change (0 of 30 needed)",
    votes: 0,
  });
});
