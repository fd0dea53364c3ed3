import { describe, expect, it } from "vitest";
import type { Transfer } from "../../transfer/transfer.ts";
import { lossEventsOf } from "./loss-events.ts";
import { DROPPED, PASSED, type Traffic } from "./traffic.ts";

/** A packet every ms with its delay in ms; "x" is a loss. The transfer shows no round trip: 50 ms stand in. */
function traffic(packets: readonly (number | "x")[]): Traffic {
  const count = packets.length;
  const transfer = { place: "sender", rows: { count: 0 } } as unknown as Transfer;
  return {
    ...{ count, drops: packets.filter((one) => one === "x").length, originUs: 0, overheadBytes: 0 },
    timeUs: Float64Array.from(packets, (_, index) => index * 1000),
    wireBytes: new Float64Array(count).fill(1500),
    outcome: Uint8Array.from(packets, (one) => (one === "x" ? DROPPED : PASSED)),
    afterDrop: new Uint8Array(count),
    delayUs: Float64Array.from(packets, (one) => (one === "x" ? Number.NaN : one * 1000)),
    transfer: new Uint32Array(count),
    segment: new Uint16Array(count),
    selections: [{ transfer, from: 0, to: 0 }],
  };
}

describe("loss events", () => {
  it("are one for all losses within a round trip", () => {
    const burst = [10, "x", 11, "x", 12, "x"] as const;
    const quiet = Array.from({ length: 60 }, () => 5);
    expect(lossEventsOf(traffic([...burst, ...quiet, ...burst]))).toMatchObject({ events: 2 });
  });

  it("rank high where delays are highest, and in the middle where chance picks them", () => {
    const rising = Array.from({ length: 100 }, (_, index) => index);
    expect(lossEventsOf(traffic([...rising, "x", ...rising, "x"])).rank).toBeGreaterThan(0.9);
    expect(lossEventsOf(traffic([...rising.slice(0, 50), "x", ...rising.slice(50)])).rank).toBeCloseTo(
      0.5,
      1,
    );
  });

  it("need a delay shortly before them", () => {
    expect(lossEventsOf(traffic(["x", 1, 2]))).toMatchObject({ events: 0, rank: Number.NaN });
  });
});
