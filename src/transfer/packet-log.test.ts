import { describe, expect, it } from "vitest";
import { packetOf, type Row } from "../../test/trace.ts";
import {
  emptyChain,
  FROM_HIGH,
  HAS_TIMESTAMPS,
  PacketLog,
  SACK_RECORD,
  SECOND_SACK_BLOCK,
} from "./packet-log.ts";

/** Positions of a chain's records. */
function positions(log: PacketLog, chain: ReturnType<typeof emptyChain>): number[] {
  const out: number[] = [];
  for (let block = chain.first; block >= 0; block = log.nextBlock(block)) {
    for (let i = 0; i < PacketLog.blockRecords && out.length < chain.records; i++) {
      out.push(block * PacketLog.blockRecords + i);
    }
  }
  return out;
}

describe("the log of packets", () => {
  it("keeps what chains hold apart, whatever their turns", () => {
    const log = new PacketLog();
    const chains = [emptyChain(), emptyChain(), emptyChain()];
    for (let i = 0; i < 60_000; i++) {
      log.append(chains[i % 3]!, packetOf([i, "client", i, 10, 1]), i % 7, i % 2 === 1);
    }
    for (const [which, chain] of chains.entries()) {
      const found = positions(log, chain);
      expect(found.length).toBe(20_000);
      expect(found.every((at, n) => log.timeUs[at] === 1000 * (3 * n + which))).toBe(true);
    }
  });

  it("puts SACK blocks behind their packet, two to a record", () => {
    const log = new PacketLog();
    const chain = emptyChain();
    const row: Row = [
      1,
      "server",
      1,
      0,
      1,
      {
        timestamps: [7, 8],
        sack: [
          [10, 20],
          [30, 40],
          [50, 60],
        ],
      },
    ];
    log.append(chain, packetOf(row, { clientIsn: 0 }), 0, true);
    const [packet, first, second] = positions(log, chain);
    expect(log.flags[packet!]! & (FROM_HIGH | HAS_TIMESTAMPS)).toBe(FROM_HIGH | HAS_TIMESTAMPS);
    expect(log.flags[first!]!).toBe(SACK_RECORD | SECOND_SACK_BLOCK);
    expect([log.sequence[first!], log.acknowledgement[first!]]).toEqual([10, 20]);
    expect([log.timestampValue[first!], log.timestampEcho[first!]]).toEqual([30, 40]);
    expect(log.flags[second!]).toBe(SACK_RECORD);
    expect([log.sequence[second!], log.acknowledgement[second!]]).toEqual([50, 60]);
  });

  it("gives the room of a finished chain to the next", () => {
    const log = new PacketLog();
    for (let round = 0; round < 50; round++) {
      const chain = emptyChain();
      for (let i = 0; i < 10_000; i++) log.append(chain, packetOf([i, "client", i, 10, 1]), 0, false);
      log.release(chain);
      expect([log.size, chain.records]).toEqual([0, 0]);
    }
    expect(log.flags.length).toBeLessThanOrEqual(1 << 14);
  });
});
