import { describe, expect, it } from "vitest";
import { delivery, download, handshake, outcomes, type Row, upload } from "../../test/trace.ts";

const opened: Row[] = [...handshake("server"), [50, "client", 1, 100, 1]];
const one: Row[] = [...opened, [50, "server", 1, 1000, 101], [100, "client", 101, 0, 1001]];

describe("probes", () => {
  it("of an idle connection are counted and are no data, with a byte or without", () => {
    const transfer = download([
      ...one,
      [10_000, "server", 1000, 0, 101],
      [10_050, "client", 101, 0, 1001],
      [20_000, "server", 1000, 1, 101],
      [20_050, "client", 101, 0, 1001],
    ]);
    expect(transfer.keepAlives).toBe(2);
    expect(outcomes(transfer)).toEqual(["50 0+1000 delivered"]);
  });

  it("are not what a lost single byte is that is sent again", () => {
    const transfer = download([
      ...one,
      [200, "server", 1001, 1, 101],
      [500, "server", 1001, 1, 101],
      [550, "client", 101, 0, 1002],
    ]);
    expect(transfer.keepAlives).toBe(0);
    expect(outcomes(transfer).slice(1)).toEqual(["200 1000+1 lost", "500 1000+1 delivered"]);
  });

  it("of a closed window are no losses", () => {
    const transfer = download([
      ...opened,
      [50, "server", 1, 1000, 101],
      [100, "client", 101, 0, 1001, { window: 0 }],
      [300, "server", 1001, 1, 101],
      [350, "client", 101, 0, 1001, { window: 0 }],
      [700, "server", 1001, 1, 101],
      [750, "client", 101, 0, 1001, { window: 0 }],
      [900, "client", 101, 0, 1001, { window: 20_000 }],
      [900.1, "server", 1001, 1000, 101],
      [950.1, "client", 101, 0, 2001],
    ]);
    expect(transfer.keepAlives).toBe(2);
    expect(outcomes(transfer)).toEqual(["50 0+1000 delivered", "900.1 1000+1000 delivered"]);
  });

  it("of a closed window are known without a handshake: zero is zero at any scale", () => {
    const transfer = download([
      [50, "server", 1, 1000, 101],
      [100, "client", 101, 0, 1001, { window: 0 }],
      [300, "server", 1001, 1, 101],
      [700, "server", 1001, 1, 101],
    ]);
    expect(transfer.keepAlives).toBe(2);
  });
});

describe("packets larger than a segment", () => {
  const large = (syn: object): Row[] => [
    ...handshake("server", syn),
    [50, "client", 1, 100, 1],
    [50, "server", 1, 3500, 101],
  ];

  it("are cut to segments, each with its own header", () => {
    const { rows } = download(large({ mss: 1000 }));
    expect([...rows.payloadBytes]).toEqual([1000, 1000, 1000, 500]);
    expect([...rows.ipBytes]).toEqual([1040, 1040, 1040, 540]);
    expect([...rows.offset]).toEqual([0, 1000, 2000, 3000]);
  });

  it("are cut the same when they are sent again", () => {
    const { rows } = download([
      ...large({ mss: 1000 }),
      [300, "server", 1, 3500, 101],
      [350, "client", 101, 0, 3501],
    ]);
    expect([...rows.ipBytes].slice(4)).toEqual([1040, 1040, 1040, 540]);
  });

  it("stay whole within the slack of an option, and where they may be jumbo frames", () => {
    const slack: Row[] = [...handshake("server"), [50, "server", 1, 1008, 1]];
    expect(download(slack).rows.count).toBe(1);
    expect(download([[50, "server", 1, 8948, 1]]).rows.count).toBe(1);
  });

  it("are cut to usual segments without a handshake", () => {
    expect([...download([[50, "server", 1, 14_480, 1]]).rows.payloadBytes]).toEqual(new Array(10).fill(1448));
  });
});

describe("requests", () => {
  it("begin a segment each in a capture at the server", () => {
    const transfer = download([
      ...one,
      [200, "client", 101, 100, 1001],
      [200.2, "server", 1001, 1000, 201],
      [200.3, "server", 2001, 1000, 201],
      [250.3, "client", 201, 0, 3001],
    ]);
    expect(transfer.segments).toMatchObject([
      { startUs: 50_000, endUs: 100_000, payloadBytes: 1000, deliveryFrom: 0, deliveryTo: 1 },
      { startUs: 200_200, endUs: 250_300, payloadBytes: 2000, deliveryFrom: 1, deliveryTo: 2 },
    ]);
    expect([...transfer.rows.segment]).toEqual([0, 1, 1]);
  });

  const client: Row[] = [
    ...handshake("client"),
    [50.1, "client", 1, 100, 1],
    [100.1, "server", 1, 1000, 101],
    [100.2, "client", 101, 0, 1001],
  ];

  it("begin a segment each in a capture at the client", () => {
    const transfer = download([
      ...client,
      [200, "client", 101, 100, 1001],
      [250, "server", 1001, 1000, 201],
      [250.1, "client", 201, 0, 2001],
    ]);
    expect(transfer.segments).toMatchObject([
      { startUs: 100_100, payloadBytes: 1000 },
      { startUs: 250_000, payloadBytes: 1000 },
    ]);
  });

  it("begin none when data are under way that do not answer them", () => {
    const transfer = download([
      ...client,
      [110, "client", 101, 20, 1001],
      [120, "server", 1001, 1000, 101],
      [120.1, "client", 121, 0, 2001],
      [160, "server", 2001, 1000, 121],
      [160.1, "client", 121, 0, 3001],
    ]);
    expect(transfer.segments.length).toBe(1);
  });

  it("begin none while the sender has data outstanding", () => {
    const transfer = download([
      ...opened,
      [50, "server", 1, 1000, 101],
      [50.1, "server", 1001, 1000, 101],
      [100, "client", 101, 20, 1001],
      [100.1, "server", 2001, 1000, 121],
      [150.1, "client", 121, 0, 3001],
    ]);
    expect(transfer.segments.length).toBe(1);
  });

  it("begin one segment when they come in several packets or twice", () => {
    const transfer = download([
      ...one,
      [200, "client", 101, 1000, 1001],
      [200.1, "client", 1101, 500, 1001],
      [300, "client", 101, 1000, 1001],
      [300.2, "server", 1001, 1000, 1601],
      [300.3, "server", 2001, 1000, 1601],
    ]);
    expect(transfer.segments.length).toBe(2);
  });

  it("are a transfer of the other direction themselves", () => {
    const transfer = upload([...one, [200, "client", 101, 100, 1001], [200.2, "server", 1001, 1000, 201]]);
    expect(outcomes(transfer)).toEqual(["50 0+100 delivered", "200 100+100 delivered"]);
  });
});

describe("time in which the sender could not send", () => {
  it("is limited by the window while that has no room for a full packet", () => {
    const transfer = download([
      ...handshake("server"),
      [50, "client", 1, 100, 1, { window: 1000 }],
      [50, "server", 1, 1000, 101],
      [100, "client", 101, 0, 1001, { window: 1000 }],
      [100, "server", 1001, 1000, 101],
      [150, "client", 101, 0, 2001, { window: 60_000 }],
      [150, "server", 2001, 1000, 101],
      [200, "client", 101, 0, 3001, { window: 60_000 }],
    ]);
    expect(transfer.segments[0]).toMatchObject({ windowLimitedUs: 100_000, idleUs: 0 });
  });

  it("is limited by a scaled window only where both SYNs scale", () => {
    const rows = (syn: object): Row[] => [
      ...handshake("server", syn),
      [50, "client", 1, 100, 1, { window: 100 }],
      [50, "server", 1, 1000, 101],
      [100, "client", 101, 0, 1001, { window: 100 }],
    ];
    expect(download(rows({ mss: 1000 })).segments[0]!.windowLimitedUs).toBe(50_000);
    expect(download(rows({ mss: 1000, scale: 7 })).segments[0]!.windowLimitedUs).toBe(0);
  });

  it("is idle while nothing is outstanding within an answer", () => {
    const transfer = download([...one, [400, "server", 1001, 1000, 101], [450, "client", 101, 0, 2001]]);
    expect(transfer.segments).toMatchObject([
      { idleUs: 300_000, windowLimitedUs: 0, longestStallUs: 50_000 },
    ]);
  });

  it("is a stall while data are outstanding and nothing arrives", () => {
    const transfer = download([
      ...opened,
      [50, "server", 1, 1000, 101],
      [50.1, "server", 1001, 1000, 101],
      [100, "client", 101, 0, 1001],
      [900, "client", 101, 0, 2001],
    ]);
    expect(transfer.segments[0]!.longestStallUs).toBe(800_000);
  });

  it("is a stall at the end, with the copies that nobody answered", () => {
    const transfer = download([
      ...one,
      [1000, "server", 1001, 1000, 101],
      [1300, "server", 1001, 1000, 101],
      [1900, "server", 1001, 1000, 101],
    ]);
    expect(transfer.segments[0]).toMatchObject({ longestStallUs: 900_000, unansweredCopies: 2 });
    expect(outcomes(transfer).slice(1)).toEqual([
      "1000 1000+1000 unscored",
      "1300 1000+1000 unscored",
      "1900 1000+1000 unscored",
    ]);
  });

  it("is no stall before data that begin with a gap", () => {
    const transfer = download([...one, [5000, "server", 2001, 1000, 101], [5050, "client", 101, 0, 3001]]);
    expect(transfer.segments[0]!.longestStallUs).toBe(50_000);
  });
});

describe("a packet with broken numbers", () => {
  const five = (broken: Row[]): Row[] => [
    ...one,
    ...broken,
    ...[0, 1, 2, 3, 4].flatMap((i): Row[] => [
      [200 + 100 * i, "server", 1001 + 1000 * i, 1000, 101],
      [250 + 100 * i, "client", 101, 0, 2001 + 1000 * i],
    ]),
  ];

  it("that leaps ahead spoils nothing behind it", () => {
    const transfer = download(five([[150, "server", 2 ** 30, 1000, 101]]));
    expect(outcomes(transfer).filter((line) => line.endsWith("delivered")).length).toBe(6);
    expect(delivery(transfer).at(-1)).toEqual([650, 6000]);
    expect(transfer.segments[0]).toMatchObject({ lostPackets: 0, payloadBytes: 6000 });
  });

  it("that leaps back spoils nothing behind it", () => {
    expect(delivery(download(five([[150, "server", -(2 ** 30), 1000, 101]]))).at(-1)).toEqual([650, 6000]);
  });

  it("that acknowledges what was not sent spoils nothing behind it", () => {
    for (const wrong of [5001, 2 ** 20, 2 ** 30, 2 ** 31 + 5]) {
      const transfer = download(five([[150, "client", 101, 0, wrong]]));
      expect(delivery(transfer).at(-1)).toEqual([650, 6000]);
      expect(transfer.missedPackets).toBe(0);
    }
  });

  it("is believed when the next one confirms it: the capture paused", () => {
    const transfer = download([
      ...one,
      [9000, "server", 100_000_001, 1000, 101],
      [9000.1, "server", 100_001_001, 1000, 101],
      [9000.2, "server", 100_002_001, 1000, 101],
      [9050.2, "client", 101, 0, 100_003_001],
    ]);
    expect(delivery(transfer).at(-1)).toEqual([9050.2, 100_003_000]);
    expect(outcomes(transfer).slice(-2)).toEqual([
      "9000.1 100001000+1000 delivered",
      "9000.2 100002000+1000 delivered",
    ]);
  });

  it("leaves sums right when every packet leaps", () => {
    const rows: Row[] = Array.from({ length: 5000 }, (_, i) => [i, "server", i * 2 ** 30, 100, 1]);
    const transfer = download(rows);
    expect(transfer.rows.count).toBeLessThan(11_000);
  });
});

describe("the end of a connection", () => {
  it("is acknowledged with one number more than there are bytes, and nothing is missed", () => {
    const transfer = download([
      ...one,
      [200, "server", 1001, 0, 101, { flags: "F" }],
      [250, "client", 101, 0, 1002, { flags: "F" }],
      [250, "server", 1002, 0, 102],
    ]);
    expect(transfer.missedPackets).toBe(0);
    expect(transfer.keepAlives).toBe(0);
    expect(delivery(transfer)).toEqual([[100, 1000]]);
  });

  it("by a reset acknowledges nothing, whatever numbers it carries", () => {
    const transfer = download([
      ...opened,
      [50, "server", 1, 1000, 101],
      [60, "client", 101, 0, 1001, { flags: "R" }],
    ]);
    expect(outcomes(transfer)).toEqual(["50 0+1000 unscored"]);
    expect(transfer.connection.reset).toBe(true);
  });

  it("may come at once: data in the SYN and FIN count", () => {
    const transfer = upload([
      [0, "client", 0, 300, 0, { flags: "S", mss: 1000 }],
      [50, "server", 0, 0, 301, { flags: "S", mss: 1000 }],
      [50.1, "client", 301, 200, 1, { flags: "F" }],
      [100.1, "server", 1, 0, 502, { flags: "F" }],
    ]);
    expect(outcomes(transfer)).toEqual(["0 0+300 delivered", "50.1 300+200 delivered"]);
  });
});
