import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packetOf } from "../../test/trace.ts";
import { emptyChain, PacketLog } from "./packet-log.ts";
import { inTimeOrder } from "./time-order.ts";

/** Sequence numbers in the order found, of packets that came at these times in this order. */
function sorted(times: readonly number[], sackEvery = 3): number[] {
  const log = new PacketLog();
  const chain = emptyChain();
  for (const [i, timeMs] of times.entries()) {
    const sack = i % sackEvery === 0 ? { sack: [[1, 2]] as const } : {};
    log.append(chain, packetOf([timeMs, "client", i, 1, 1, sack], { clientIsn: 0 }), 0, false);
  }
  const { positions, order } = inTimeOrder(chain, log);
  return [...order].map((index) => log.sequence[positions[index]!]!);
}

const expected = (times: readonly number[]): number[] =>
  times.map((_, i) => i).sort((a, b) => times[a]! - times[b]! || a - b);

describe("packets in order of time", () => {
  it("keep the order of their arrival where times are the same", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 200 }), (times) => {
        expect(sorted(times)).toEqual(expected(times));
      }),
    );
  });

  it("are found too when the order was made to be slow", () => {
    for (const turn of [
      (i: number) => -i,
      (i: number) => (i * 7919) % 10_007,
      (i: number) => (i % 2 ? i : -i),
    ]) {
      const times = Array.from({ length: 10_000 }, (_, i) => turn(i));
      expect(sorted(times)).toEqual(expected(times));
    }
  });
});
