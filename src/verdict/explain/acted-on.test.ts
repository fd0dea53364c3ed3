import { describe, expect, it } from "vitest";
import { actedOn, type ConnectionSoFar, measureOf } from "./acted-on.ts";
import type { Reaction } from "./reaction.ts";

const CONNECT_US = 80_000;

/** A connection that has moved `bytesAt(us after it was connected)`, looked at after so many seconds. */
function connection(
  seconds: number,
  bytesAt: (us: number) => number,
  rest: Partial<ConnectionSoFar> = {},
): ConnectionSoFar {
  const durationUs = CONNECT_US + seconds * 1e6;
  const samples = [];
  for (let elapsedUs = CONNECT_US; elapsedUs <= durationUs; elapsedUs += 10_000) {
    samples.push({ elapsedUs, bytes: Math.round(bytesAt(elapsedUs - CONNECT_US)) });
  }
  return { samples, bytes: samples.at(-1)!.bytes, durationUs, connectUs: CONNECT_US, ...rest };
}

const held: Reaction = {
  ...{ kind: "rate", direction: "down", rateBps: 140_000, burstBytes: 18_000 },
  controlBps: 4_000_000,
};
const onTheLine = (us: number): number => Math.min(us * 1.25, 16_000 + (140_000 / 8) * (us / 1e6));
const free = (us: number): number => us * 0.25;
const freeUs = 600_000;

describe("a connection beside flows that are held to a rate", () => {
  it("is free as soon as it passed what bucket and rate allow", () => {
    expect(actedOn(held, connection(0.2, free), freeUs)).toBeUndefined();
    expect(actedOn(held, connection(0.6, free), freeUs)).toBe("no");
  });

  it("is acted on when it stayed on the line for long enough, saw tooth or not", () => {
    expect(actedOn(held, connection(1.2, onTheLine), freeUs)).toBeUndefined();
    expect(actedOn(held, connection(1.7, onTheLine), freeUs)).toBe("yes");
    const sawTooth = (us: number): number => onTheLine(Math.floor(us / 700_000) * 700_000 + 50_000);
    expect(actedOn(held, connection(1.7, sawTooth), freeUs)).toBe("yes");
  });

  it("is not told when it began late and runs on, or ended, or was never there", () => {
    const late = (us: number): number => Math.max(0, us - 1_450_000) * 0.25;
    expect(actedOn(held, connection(1.6, late), freeUs)).toBeUndefined();
    expect(actedOn(held, connection(2.5, late), freeUs)).toBe("no");
    expect(
      actedOn(held, connection(1.6, onTheLine, { failure: "connection_reset" }), freeUs),
    ).toBeUndefined();
    const { connectUs, ...unconnected } = connection(3, () => 0);
    expect(connectUs).toBe(CONNECT_US);
    expect(actedOn(held, unconnected, freeUs)).toBeUndefined();
  });

  it("waits longer where free ones take longer", () => {
    expect(actedOn(held, connection(1.6, onTheLine), 1_500_000)).toBeUndefined();
    expect(actedOn(held, connection(3.2, onTheLine), 1_500_000)).toBe("yes");
  });

  it("is free where connections were broken off only past what broke before", () => {
    const late: Reaction = { kind: "break", failures: ["reset"], afterBytes: [95_000, 102_000] };
    expect(measureOf(late, freeUs).bytes).toBeGreaterThan(1.5 * 102_000);
    const soFar = { ...connection(1, () => 60_000), failure: "connection_reset" };
    expect(actedOn(late, soFar, freeUs)).toBe("yes");
  });

  it("is asked for whole bytes, and as many as show that it is free", () => {
    const kinds: Reaction[] = [
      held,
      { kind: "freeze", afterBytes: [16_001, 17_333] },
      { kind: "delay", targetUs: 3_333_333, controlUs: 70_000 },
      { kind: "break", failures: ["reset"], afterBytes: [] },
    ];
    for (const kind of kinds) {
      const { bytes, timeoutMs } = measureOf(kind, freeUs);
      expect(Number.isInteger(bytes)).toBe(true);
      expect(timeoutMs).toBeLessThan(10_000);
    }
    const { bytes } = measureOf(held, freeUs);
    expect(
      actedOn(
        held,
        connection(1, () => bytes + 1),
        freeUs,
      ),
    ).toBe("no");
  });
});

describe("a connection beside flows that are otherwise acted on", () => {
  it("is told by its handshake where those are delayed", () => {
    const delay: Reaction = { kind: "delay", targetUs: 4_000_000, controlUs: 90_000 };
    expect(
      actedOn(
        delay,
        connection(0.2, () => 3000, { handshakeUs: 95_000 }),
      ),
    ).toBe("no");
    expect(
      actedOn(
        delay,
        connection(1, () => 0),
      ),
    ).toBeUndefined();
    expect(
      actedOn(
        delay,
        connection(2.1, () => 0),
      ),
    ).toBe("yes");
    expect(
      actedOn(
        delay,
        connection(2.1, () => 0, { failure: "connection_reset" }),
      ),
    ).toBeUndefined();
    expect(
      actedOn(
        delay,
        connection(1, () => 3000, { handshakeUs: 900_000 }),
      ),
    ).toBeUndefined();
  });

  it("is told by where it stops where those freeze", () => {
    const freeze: Reaction = { kind: "freeze", afterBytes: [16_000, 19_000, 20_000] };
    expect(
      actedOn(
        freeze,
        connection(4, (us) => Math.min(us / 10, 18_000)),
      ),
    ).toBe("yes");
    expect(
      actedOn(
        freeze,
        connection(2, (us) => Math.min(us / 10, 18_000)),
      ),
    ).toBeUndefined();
    expect(
      actedOn(
        freeze,
        connection(4, (us) => Math.min(us / 10, 3000)),
      ),
    ).toBeUndefined();
    expect(
      actedOn(
        freeze,
        connection(0.6, (us) => us / 10),
      ),
    ).toBe("no");
  });

  it("is told by the same kind of failure where those are broken off", () => {
    const reset: Reaction = { kind: "break", failures: ["reset"], afterBytes: [] };
    expect(
      actedOn(
        reset,
        connection(0.1, () => 0, { failure: "connection_reset" }),
      ),
    ).toBe("yes");
    expect(
      actedOn(
        reset,
        connection(0.1, () => 0, { failure: "ssl_failed_handshake" }),
      ),
    ).toBeUndefined();
    expect(
      actedOn(
        reset,
        connection(5, () => 0),
      ),
    ).toBeUndefined();
    expect(
      actedOn(
        reset,
        connection(0.5, (us) => us / 10),
      ),
    ).toBe("no");
    const silence: Reaction = { kind: "break", failures: ["timeout"], afterBytes: [] };
    expect(
      actedOn(
        silence,
        connection(2.9, () => 0),
      ),
    ).toBeUndefined();
    expect(
      actedOn(
        silence,
        connection(3.1, (us) => Math.min(us, 9000)),
      ),
    ).toBe("yes");
  });
});
