import { expect, test } from "vitest";
import { drawnVotes } from "../../../test/set/drawn-votes.ts";
import { watchNetwork } from "./network-watch.ts";

const DAY_S = 86_400;
const network = (perDay: number, share: (day: number) => number) => [{ asn: 1, perDay, share }];

test("sees throttling end and begin again", () => {
  const share = (day: number) => (day < 20 || day >= 40 ? 0.9 : 0.05);
  const watch = watchNetwork(drawnVotes(network(4, share), 60, 2));
  if (watch.state !== "watched") throw new Error(watch.because);
  expect(watch.alarms).toHaveLength(2);
  for (const [i, alarm] of watch.alarms.entries()) {
    const truthS = [20, 40][i]! * DAY_S;
    expect(alarm.fromS).toBeLessThanOrEqual(truthS);
    expect(alarm.toS).toBeGreaterThanOrEqual(truthS - DAY_S / 4);
    expect(alarm.alarmS - truthS).toBeLessThan(4 * DAY_S);
    expect(alarm.posterior).toBeGreaterThan(0.99);
  }
  expect(watch.alarms[0]!.shareAfter).toBeLessThan(watch.alarms[0]!.shareBefore);
});

test("raises a false alarm on fewer than one in 300 steady network-weeks", () => {
  let alarms = 0;
  const weeks = 10;
  const runs = 60;
  for (let seed = 1; seed <= runs; seed++) {
    const share = [0.05, 0.2, 0.5, 0.8, 0.95][seed % 5]!;
    const watch = watchNetwork(
      drawnVotes(
        network(6, () => share),
        7 * weeks,
        seed,
      ),
    );
    if (watch.state === "watched") alarms += watch.alarms.length;
  }
  // At the notes' 0.001 a week 600 weeks have 0.6 alarms on average, and more than two with a chance of 2 %.
  expect(alarms).toBeLessThanOrEqual(2);
});

test("passes over changes that are too small to matter", () => {
  const watch = watchNetwork(
    drawnVotes(
      network(200, (day) => (day < 5 ? 0.5 : 0.38)),
      10,
      1,
    ),
  );
  expect(watch).toMatchObject({ state: "watched", alarms: [] });
});

test("says insufficient below thirty votes", () => {
  expect(
    watchNetwork(
      drawnVotes(
        network(1, () => 1),
        29,
        1,
      ),
    ),
  ).toEqual({
    state: "insufficient",
    because: "not enough votes to watch (29 of 30 needed)",
    votes: 29,
  });
});
