import { describe, expect, it } from "vitest";
import { Packet, TCP_ACK } from "../packet/packet.ts";
import { emptyChain, PacketLog } from "./packet-log.ts";
import { RecordedTwice } from "./recorded-twice.ts";

/** Data packets at these times (µs) with these sequence numbers; which of them are held to be repeated. */
function repeated(rows: readonly (readonly [timeUs: number, sequence: number])[]): boolean[] {
  const log = new PacketLog();
  const chain = emptyChain();
  const twice = new RecordedTwice();
  twice.reset();
  return rows.map(([timeUs, sequence], i) => {
    const packet = Object.assign(new Packet(), {
      timeUs,
      sequence,
      payloadLength: 1448,
      ipLength: 1500,
      flags: TCP_ACK,
    });
    log.append(chain, packet, 0, false);
    return twice.isRepeated(i, 0, log);
  });
}

describe("RecordedTwice", () => {
  it("knows a packet that a second interface recorded again", () => {
    expect(
      repeated([
        [0, 1],
        [5, 1],
        [12, 1449],
        [14, 2897],
        [17, 1449],
        [19, 2897],
      ]),
    ).toEqual([false, true, false, false, true, true]);
  });

  it("takes what a sender sends again for what it is", () => {
    expect(
      repeated([
        [0, 1],
        [12, 1449],
        [60_000, 1],
      ]),
    ).toEqual([false, false, false]);
  });
});
