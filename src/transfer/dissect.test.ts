import { describe, expect, it } from "vitest";
import { delays, delivery, dissect, download, handshake, outcomes, type Row } from "../../test/trace.ts";
import { roundTripUs } from "./transfer.ts";

describe("where a capture was taken", () => {
  const twoFrom = (ms: number): Row[] => [
    [ms, "server", 1, 1000, 1],
    [ms, "server", 1001, 1000, 1],
  ];

  it("is at the sender when the round trip lies behind it", () => {
    const transfer = download([...handshake("server"), ...twoFrom(50), [100, "client", 1, 0, 2001]]);
    expect(transfer).toMatchObject({ place: "sender", downstreamRttUs: 50_000, upstreamRttUs: 0 });
    expect(delays(transfer)).toEqual([50]);
  });

  it("is at the receiver when the round trip lies before it", () => {
    const transfer = download([...handshake("client"), ...twoFrom(100), [100, "client", 1, 0, 2001]]);
    expect(transfer).toMatchObject({ place: "receiver", downstreamRttUs: 0, upstreamRttUs: 50_000 });
    expect(roundTripUs(transfer)).toBe(50_000);
    expect(delivery(transfer)).toEqual([
      [100, 1000],
      [100, 2000],
    ]);
  });

  it("is between them when it lies on both sides", () => {
    const transfer = download([...handshake("between"), ...twoFrom(75), [100, "client", 1, 0, 2001]]);
    expect(transfer).toMatchObject({ place: "between", downstreamRttUs: 25_000, upstreamRttUs: 25_000 });
  });

  it("is known without a handshake from the delays of both directions", () => {
    const rows = (answerMs: number): Row[] => [
      [0, "client", 1, 500, 1],
      [0, "client", 501, 500, 1],
      [50 - answerMs, "server", 1, 1000, 1001],
      [50 - answerMs, "server", 1001, 1000, 1001],
      [50, "client", 1001, 0, 2001],
    ];
    expect(download(rows(50)).place).toBe("sender");
    expect(download(rows(1)).place).toBe("receiver");
    expect(download(rows(25)).place).toBe("between");
  });

  it("is unknown when only one direction was captured", () => {
    const transfer = download([
      [0, "server", 1, 1000, 1],
      [10, "server", 1001, 1000, 1],
    ]);
    expect(transfer.place).toBe("unknown");
    expect(outcomes(transfer)).toEqual(["0 0+1000 unscored", "10 1000+1000 unscored"]);
  });

  it("is not read off a handshake whose SYN or answer was repeated", () => {
    const [syn, answer, last] = handshake("server");
    const rows: Row[] = [
      syn!,
      [1000, "client", 0, 0, 0, { flags: "S", mss: 1000 }],
      [1000, ...answer!.slice(1)] as unknown as Row,
      [1050, ...last!.slice(1)] as unknown as Row,
    ];
    expect(download([...rows, [1060, "server", 1, 1000, 1]]).place).toBe("unknown");
  });
});

describe("packets that no network carried", () => {
  it("may claim times beyond all measure, and none", () => {
    const times = [0, -1e20, 1e25, 5, 0, -5, 1e300, 1e25];
    const rows = Array.from(
      { length: 4000 },
      (_, i): Row => [
        times[i % times.length]!,
        i % 3 ? "server" : "client",
        1 + (i >> 2) * 10,
        10,
        1 + (i >> 3) * 10,
      ],
    );
    for (const transfer of dissect(rows).flatMap((path) => path.transfers.flat())) {
      expect([...transfer.rows.timeUs].some(Number.isNaN)).toBe(false);
      for (const segment of transfer.segments) expect(Object.values(segment).some(Number.isNaN)).toBe(false);
    }
  });

  it("may answer ten thousand requests and more: the last segment takes the rest", () => {
    const [path] = dissect(
      Array.from({ length: 12_000 }, (_, i): Row[] => [
        [4 * i, "client", 1 + i, 1, 1 + i],
        [4 * i + 1, "server", 1 + i, 1, 2 + i],
      ]).flat(),
    );
    const segments = path!.transfers[1][0]!.segments;
    expect(segments.length).toBe(10_000);
    expect(segments.at(-1)!.payloadBytes).toBe(2001);
  });
});
