import { describe, expect, it } from "vitest";
import { delays, download, handshake, type Row } from "../../test/trace.ts";

/** At the client: a packet every 10 ms, the sender's clock with this tick; `queueMs` waits in front of each. */
function arrive(tickMs: number, queueMs: (i: number) => number, stamps = true): Row[] {
  return [
    ...handshake("client"),
    ...Array.from({ length: 60 }, (_, i): Row => {
      const value = (2 ** 32 - 20 + Math.floor((10 * i) / tickMs)) >>> 0;
      return [
        100 + 10 * i + queueMs(i),
        "server",
        1 + 1000 * i,
        1000,
        1,
        stamps ? { timestamps: [value, 1] } : {},
      ];
    }),
  ];
}

/** Fills by 3 ms a packet and empties by 5. */
const queue = (i: number): number => (i < 30 ? Math.max(0, 3 * (i - 20)) : Math.max(0, 30 - 5 * (i - 30)));

describe("one-way delays at the receiver", () => {
  it("are what packets waited beyond the least, by the sender's clock, across its wrap", () => {
    for (const tickMs of [1, 0.1]) {
      const transfer = download(arrive(tickMs, queue));
      expect(transfer.place).toBe("receiver");
      const found = delays(transfer);
      expect(found.length).toBe(60);
      for (const [i, delay] of found.entries()) expect(delay).toBeCloseTo(queue(i), 6);
    }
  });

  it("are none without timestamps, or with a clock that is too coarse or no real one's", () => {
    expect(delays(download(arrive(1, () => 0, false)))).toEqual([]);
    expect(delays(download(arrive(100, () => 0)))).toEqual([]);
    expect(delays(download(arrive(2.5, () => 0)))).toEqual([]);
  });
});
