import { describe, expect, it } from "vitest";
import { seededRandom } from "../../base/random.ts";
import type { Attempt } from "../attempt.ts";
import { slowNetworks } from "./slow-networks.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Twelve users, six transfers a day each, for two weeks; `factor` of the usual 20 Mbit/s at a time. */
function transfers(factor: (ms: number, place: number) => number, seed = 1): Attempt[] {
  const random = seededRandom(seed);
  const attempts: Attempt[] = [];
  for (let hour = 0; hour < 14 * 24; hour += 4) {
    for (let place = 0; place < 12; place++) {
      const timeMs = (hour + 4 * random.next()) * HOUR_MS;
      attempts.push({
        ...{
          measurementId: `${hour}-${place}`,
          timeMs,
          origin: "measured",
          role: "control",
          target: "control.example",
        },
        ...{ asn: 64_500, network: "AS64500", country: "RU", place: `AS64500 ${place}`, outcome: "reached" },
        goodputBps: 20e6 * Math.exp(0.4 * random.normal()) * factor(timeMs, place),
      });
    }
  }
  return attempts.sort((a, b) => a.timeMs - b.timeMs);
}
const hourOf = (ms: number): number => (ms % DAY_MS) / HOUR_MS;
const isEvening = (ms: number): boolean => hourOf(ms) >= 17 && hourOf(ms) < 23;

describe("slowNetworks", () => {
  it("finds a network that is slow for everything for days, against its own past", () => {
    const [event, ...others] = slowNetworks(
      transfers((ms) => (ms > 8 * DAY_MS && ms < 11 * DAY_MS ? 0.25 : 1)),
    );
    expect(others).toEqual([]);
    expect(event).toMatchObject({ kind: "general-slowdown", networks: [{ asn: 64_500, part: "affected" }] });
    expect(Math.abs(event!.onset.toMs - 8 * DAY_MS)).toBeLessThan(8 * HOUR_MS);
    expect(Math.abs(event!.end!.toMs - 11 * DAY_MS)).toBeLessThan(8 * HOUR_MS);
  });

  it("makes no event of names that are slow while others of the network are not", () => {
    const isThrottled = (place: number): boolean => place % 4 !== 0;
    const some = transfers((ms, place) => (ms > 8 * DAY_MS && isThrottled(place) ? 0.02 : 1)).map(
      (attempt): Attempt => {
        const place = Number(attempt.place.split(" ")[1]);
        return {
          ...attempt,
          role: "target",
          target: isThrottled(place) ? `t${place}.example` : "free.example",
        };
      },
    );
    expect(slowNetworks(some)).toEqual([]);
  });

  it("needs a second name where nobody measured a control", () => {
    const one = transfers((ms) => (ms > 8 * DAY_MS && ms < 11 * DAY_MS ? 0.25 : 1));
    expect(slowNetworks(one.map((attempt) => ({ ...attempt, role: "target" as const })))).toEqual([]);
    const two = one.map((attempt, index) => ({
      ...{ ...attempt, role: "target" as const },
      target: `${index % 2}.example`,
    }));
    expect(slowNetworks(two)).toHaveLength(1);
  });

  it.each([
    ["nothing", () => 1],
    ["busy evenings", (ms: number) => (isEvening(ms) ? 0.3 : 1)],
    ["one evening's congestion", (ms: number) => (isEvening(ms) && Math.floor(ms / DAY_MS) === 9 ? 0.1 : 1)],
    [
      "one user with a broken line",
      (ms: number, place: number) => (place === 0 && ms > 5 * DAY_MS ? 0.02 : 1),
    ],
    ["a slow plan of some users", (_: number, place: number) => (place < 4 ? 0.1 : 1)],
  ] as const)("makes no event of %s", (_, factor) => {
    for (const seed of [1, 2, 3, 4, 5]) expect(slowNetworks(transfers(factor, seed))).toEqual([]);
  });
});
