import { expect, it } from "vitest";
import { seededRandom } from "../../base/random.ts";
import { DELIVERED, LOST, PRESUMED_LOST, type Transfer, VOID } from "../../transfer/transfer.ts";
import { DROPPED, PASSED, trafficOf } from "./traffic.ts";

/** A transfer that holds nothing but rows. */
function transfer(timesUs: readonly number[], outcomes: readonly number[]): Transfer {
  const count = timesUs.length;
  const rows = {
    count,
    timeUs: Float64Array.from(timesUs),
    ipBytes: new Uint32Array(count).fill(1500),
    payloadBytes: new Uint32Array(count).fill(1448),
    outcome: Uint8Array.from(outcomes),
    delayUs: new Float64Array(count),
    segment: new Uint16Array(count),
    offset: new Float64Array(count),
  };
  return { place: "sender", rows } as unknown as Transfer;
}

it("merges many transfers in order of time, however many there are", () => {
  const random = seededRandom(5);
  const all: number[] = [];
  const transfers = Array.from({ length: 300 }, () => {
    const times = Array.from({ length: random.integer(0, 20) }, () => random.integer(1000, 9_000)).sort(
      (a, b) => a - b,
    );
    all.push(...times);
    return transfer(
      times,
      times.map(() => DELIVERED),
    );
  });
  const traffic = trafficOf(transfers, 18);
  all.sort((a, b) => a - b);
  expect(traffic.count).toBe(all.length);
  expect([...traffic.timeUs]).toEqual(all.map((timeUs) => timeUs - all[0]!));
});

it("counts overhead, leaves out what was no packet, and marks losses that follow a loss within 20 ms", () => {
  const times = [0, 10_000, 20_000, 50_000, 55_000, 60_000];
  const traffic = trafficOf([transfer(times, [DELIVERED, LOST, LOST, LOST, VOID, PRESUMED_LOST])], 18);
  expect(traffic.count).toBe(4);
  expect([...traffic.outcome.subarray(0, 4)]).toEqual([PASSED, DROPPED, DROPPED, DROPPED]);
  expect([...traffic.afterDrop.subarray(0, 4)]).toEqual([0, 0, 1, 0]);
  expect(traffic.wireBytes[0]).toBe(1518);
  expect(traffic.drops).toBe(3);
});
