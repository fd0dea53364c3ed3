import { expect, test } from "vitest";
import { type DrawnNetwork, drawnVotes } from "../../../test/set/drawn-votes.ts";
import { watchGroup } from "./group-watch.ts";

const DAY_S = 86_400;
const networks = (share: (day: number, asn: number) => number, perDay = 6): DrawnNetwork[] =>
  [1, 2, 3, 4, 5].map((asn) => ({ asn, perDay, share: (day) => share(day, asn) }));

test("sees throttling end, and says between when", () => {
  for (let seed = 1; seed <= 10; seed++) {
    const { alarms } = watchGroup(
      drawnVotes(
        networks((day) => (day < 20.5 ? 0.9 : 0.01)),
        30,
        seed,
      ),
    );
    expect(alarms).toHaveLength(1);
    const [alarm] = alarms;
    expect(alarm!.fromS).toBeLessThanOrEqual(20.5 * DAY_S);
    expect(alarm!.toS).toBeGreaterThan(20.2 * DAY_S);
    expect(alarm!.toS - alarm!.fromS).toBeLessThan(DAY_S);
    expect(alarm!.alarmS).toBeGreaterThan(20.5 * DAY_S);
    expect(alarm!.alarmS).toBeLessThan(21.5 * DAY_S);
    expect(alarm!.networks).toBeGreaterThan(1);
  }
});

test("is not moved by a changing mix of users", () => {
  // From day 10 on the unthrottled network sends ten times as many votes: the pooled share falls from 0.6 to 0.2.
  const mixed = (days: number, seed: number) => [
    ...drawnVotes([{ asn: 1, perDay: 12, share: () => 0.9 }], days, seed),
    ...drawnVotes([{ asn: 2, perDay: 6, share: () => 0.02 }], days, seed + 100),
    ...drawnVotes([{ asn: 2, perDay: 60, share: () => 0.02 }], days - 10, seed + 200).map((vote) => ({
      ...vote,
      firstS: vote.firstS + 10 * DAY_S,
      lastS: vote.lastS + 10 * DAY_S,
    })),
  ];
  for (let seed = 1; seed <= 5; seed++) {
    const votes = mixed(30, seed).sort((a, b) => a.firstS - b.firstS);
    expect(watchGroup(votes).alarms).toEqual([]);
  }
});

test("keeps still over a year of steady shares", () => {
  const steady = networks((_, asn) => 0.1 + 0.17 * asn);
  expect(watchGroup(drawnVotes(steady, 365, 1))).toMatchObject({
    state: "watched",
    alarms: [],
    testedNetworks: 5,
  });
});

test("waits for a new baseline after an alarm, and then sees the next end", () => {
  const share = (day: number) => (day < 20 || (day >= 40 && day < 60) ? 0.9 : 0.01);
  const { alarms } = watchGroup(drawnVotes(networks(share), 80, 3));
  expect(alarms.map(({ alarmS }) => Math.round(alarmS / DAY_S / 20))).toEqual([1, 3]);
});

test("keeps still for a year after the end, however many networks have a stray vote now and then", () => {
  const many = Array.from({ length: 80 }, (_, i) => ({
    asn: i + 1,
    perDay: 0.4,
    share: (day: number) => (day < 40 ? 0.7 : 0.01),
  }));
  for (let seed = 1; seed <= 5; seed++)
    expect(watchGroup(drawnVotes(many, 400, seed)).alarms).toHaveLength(1);
});

test("says insufficient where no network can be held against its past", () => {
  expect(watchGroup([])).toMatchObject({ state: "insufficient", testedVotes: 0 });
  expect(
    watchGroup(
      drawnVotes(
        networks(() => 0.9, 4),
        1,
        1,
      ),
    ).state,
  ).toBe("insufficient");
  expect(
    watchGroup(
      drawnVotes(
        networks(() => 0),
        60,
        1,
      ),
    ).because,
  ).toContain("5 votes");
});
