import { describe, expect, it } from "vitest";
import { delays, delivery, download, handshake, outcomes, type Row } from "../../test/trace.ts";

/** Captured at the server, 50 ms from the client; the client asked with 100 bytes at 50 ms. */
const opened: Row[] = [...handshake("server"), [50, "client", 1, 100, 1]];

describe("a copy that was lost", () => {
  const plain: Row[] = [
    ...opened,
    [50, "server", 1, 1000, 101],
    [50.1, "server", 1001, 1000, 101],
    [50.2, "server", 2001, 1000, 101],
    [100, "client", 101, 0, 1001],
    [100.2, "client", 101, 0, 1001, { sack: [[2001, 3001]] }],
    [100.3, "server", 1001, 1000, 101],
    [150.3, "client", 101, 0, 3001],
  ];

  it("is the first, when the second arrived", () => {
    const transfer = download(plain);
    expect(outcomes(transfer)).toEqual([
      "50 0+1000 delivered",
      "50.1 1000+1000 lost",
      "50.2 2000+1000 delivered",
      "100.3 1000+1000 delivered",
    ]);
    expect(delivery(transfer)).toEqual([
      [100, 1000],
      [100.2, 2000],
      [150.3, 3000],
    ]);
    expect(delays(transfer)).toEqual([50, 50]);
    expect(transfer.segments).toMatchObject([{ payloadBytes: 3000, dataPackets: 4, lostPackets: 1 }]);
  });

  it("is the same when the sequence numbers wrap around on the way", () => {
    for (const serverIsn of [2 ** 32 - 1, 2 ** 32 - 500, 2 ** 32 - 1500, 2 ** 31 - 1500]) {
      const transfer = download(plain, { serverIsn, clientIsn: 2 ** 32 - 51 });
      expect(outcomes(transfer)).toEqual(outcomes(download(plain)));
      expect(delivery(transfer)).toEqual(delivery(download(plain)));
    }
  });

  it("is each but the last, when copies were lost again", () => {
    const transfer = download([
      ...opened,
      [50, "server", 1, 1000, 101],
      [50.1, "server", 1001, 1000, 101],
      [100.1, "client", 101, 0, 1, { sack: [[1001, 2001]] }],
      [100.2, "server", 1, 1000, 101],
      [400, "server", 1, 1000, 101],
      [450, "client", 101, 0, 2001],
    ]);
    expect(outcomes(transfer)).toEqual([
      "50 0+1000 lost",
      "50.1 1000+1000 delivered",
      "100.2 0+1000 lost",
      "400 0+1000 delivered",
    ]);
  });

  it("is told by the echoed timestamp where the time allows both", () => {
    const rows = (echo: number): Row[] => [
      ...handshake("server"),
      [50, "client", 1, 100, 1, { timestamps: [1, 0] }],
      [50, "server", 1, 1000, 101, { timestamps: [1050, 1] }],
      [250, "server", 1, 1000, 101, { timestamps: [1250, 1] }],
      [310, "client", 101, 0, 1001, { timestamps: [300, echo] }],
    ];
    expect(outcomes(download(rows(1250)))).toEqual(["50 0+1000 lost", "250 0+1000 delivered"]);
    expect(outcomes(download(rows(1050)))).toEqual(["50 0+1000 delivered", "250 0+1000 unscored"]);
  });
});

describe("a copy that was sent in vain", () => {
  const spurious: Row[] = [
    ...opened,
    [50, "server", 1, 1000, 101],
    [250, "server", 1, 1000, 101],
    [260, "client", 101, 0, 1001],
  ];

  it("is not scored without a report, for the first one was acknowledged", () => {
    expect(outcomes(download(spurious))).toEqual(["50 0+1000 delivered", "250 0+1000 unscored"]);
  });

  it("has arrived when a duplicate was reported (RFC 2883)", () => {
    const rows: Row[] = [...spurious, [300, "client", 101, 0, 1001, { sack: [[1, 1001]] }]];
    expect(outcomes(download(rows))).toEqual(["50 0+1000 delivered", "250 0+1000 delivered"]);
  });

  it("has arrived when the duplicate lies inside the second block", () => {
    const rows: Row[] = [
      ...opened,
      [50, "server", 1, 1000, 101],
      [50.1, "server", 1001, 1000, 101],
      [50.2, "server", 2001, 1000, 101],
      [100.2, "client", 101, 0, 1, { sack: [[1001, 3001]] }],
      [110, "server", 1001, 1000, 101],
      [
        160,
        "client",
        101,
        0,
        1,
        {
          sack: [
            [1001, 2001],
            [1001, 3001],
          ],
        },
      ],
      [170, "server", 1, 1000, 101],
      [220, "client", 101, 0, 3001],
    ];
    expect(outcomes(download(rows))).toEqual([
      "50 0+1000 lost",
      "50.1 1000+1000 delivered",
      "50.2 2000+1000 delivered",
      "110 1000+1000 delivered",
      "170 0+1000 delivered",
    ]);
  });
});

describe("selective acknowledgements", () => {
  const nine: Row[] = Array.from({ length: 9 }, (_, i) => [50 + i / 10, "server", 1 + 1000 * i, 1000, 101]);

  it("are read in all four blocks", () => {
    const transfer = download([
      ...opened,
      ...nine,
      [
        101,
        "client",
        101,
        0,
        1,
        {
          sack: [
            [8001, 9001],
            [6001, 7001],
            [4001, 5001],
            [2001, 3001],
          ],
        },
      ],
    ]);
    expect(delivery(transfer)).toEqual([[101, 4000]]);
    expect(outcomes(transfer).map((line) => line.split(" ")[2])).toEqual(
      Array.from({ length: 9 }, (_, i) => (i % 2 === 0 && i > 0 ? "delivered" : "unscored")),
    );
  });

  it("are read beside timestamps, where three blocks have room", () => {
    const transfer = download([
      ...opened,
      ...nine,
      [
        101,
        "client",
        101,
        0,
        1,
        {
          timestamps: [5, 6],
          sack: [
            [8001, 9001],
            [6001, 7001],
            [2001, 4001],
          ],
        },
      ],
    ]);
    expect(delivery(transfer)).toEqual([[101, 4000]]);
  });

  it("count once what several of them say", () => {
    const again: Row[] = [101, 102, 103].map((ms) => [ms, "client", 101, 0, 1, { sack: [[2001, 4001]] }]);
    expect(delivery(download([...opened, ...nine, ...again, [110, "client", 101, 0, 9001]]))).toEqual([
      [101, 2000],
      [110, 9000],
    ]);
  });
});

describe("copies of other sizes", () => {
  it("are delivered together when one packet carries several originals", () => {
    const transfer = download([
      ...opened,
      [50, "server", 1, 400, 101],
      [50.1, "server", 401, 400, 101],
      [50.2, "server", 801, 200, 101],
      [300, "server", 1, 1000, 101],
      [350, "client", 101, 0, 1001],
    ]);
    expect(outcomes(transfer)).toEqual([
      "50 0+400 lost",
      "50.1 400+400 lost",
      "50.2 800+200 lost",
      "300 0+400 delivered",
      "300 400+400 delivered",
      "300 800+200 delivered",
    ]);
    expect([...transfer.rows.ipBytes].slice(3)).toEqual([440, 400, 200]);
    expect(transfer.segments[0]).toMatchObject({ payloadBytes: 1000, lostPackets: 3 });
  });

  it("are one copy when they carry an original in pieces", () => {
    const transfer = download([
      ...opened,
      [50, "server", 1, 1000, 101],
      [300, "server", 1, 400, 101],
      [300.1, "server", 401, 600, 101],
      [351, "client", 101, 0, 1001],
    ]);
    expect(outcomes(transfer)).toEqual(["50 0+1000 lost", "300 0+400 delivered", "300.1 400+600 delivered"]);
  });

  it("are cut where old data end and new ones begin", () => {
    const transfer = download([
      ...opened,
      [50, "server", 1, 600, 101],
      [300, "server", 1, 1000, 101],
      [350, "client", 101, 0, 1001],
    ]);
    expect(outcomes(transfer)).toEqual(["50 0+600 lost", "300 0+600 delivered", "300 600+400 delivered"]);
    expect([...transfer.rows.ipBytes]).toEqual([640, 640, 400]);
  });
});

describe("a gap at the receiver", () => {
  const arrive = (lateMs: number, timestamps: boolean): Row[] => {
    const stamp = (value: number): { timestamps?: [number, number] } =>
      timestamps ? { timestamps: [value, 1] } : {};
    return [
      ...handshake("client"),
      [50.1, "client", 1, 100, 1, stamp(50)],
      [100.1, "server", 1, 1000, 101, stamp(5000)],
      [100.3, "server", 2001, 1000, 101, stamp(5002)],
      [lateMs, "server", 1001, 1000, 101, stamp(lateMs > 110 ? 5060 : 5001)],
      [lateMs, "client", 101, 0, 3001, stamp(100)],
    ];
  };

  it("was a loss when the packet came again later, with timestamps or without", () => {
    for (const timestamps of [true, false]) {
      const transfer = download(arrive(160, timestamps));
      expect(transfer.place).toBe("receiver");
      expect(outcomes(transfer)).toEqual([
        "100.1 0+1000 delivered",
        "100.2 1000+1000 lost",
        "100.3 2000+1000 delivered",
        "160 1000+1000 delivered",
      ]);
      expect(delivery(transfer)).toEqual([
        [100.1, 1000],
        [100.3, 2000],
        [160, 3000],
      ]);
      expect(transfer.segments[0]).toMatchObject({ payloadBytes: 3000, lostPackets: 1 });
    }
  });

  it("was reordering when the packet was only late, with timestamps or without", () => {
    for (const timestamps of [true, false]) {
      const transfer = download(arrive(100.5, timestamps));
      expect(outcomes(transfer)).toEqual([
        "100.1 0+1000 delivered",
        "100.3 2000+1000 delivered",
        "100.5 1000+1000 delivered",
      ]);
      expect(transfer.reorderedPackets).toBe(1);
      expect(delivery(transfer).at(-1)).toEqual([100.5, 3000]);
      expect(transfer.segments[0]).toMatchObject({ payloadBytes: 3000, lostPackets: 0, dataPackets: 3 });
    }
  });

  it("was a loss when the timestamp says so, however soon it came", () => {
    const rows = arrive(105, true).map(
      (row): Row =>
        row[0] === 105 && row[1] === "server"
          ? [105, "server", 1001, 1000, 101, { timestamps: [5004, 1] }]
          : row,
    );
    expect(outcomes(download(rows))[1]).toBe("100.2 1000+1000 lost");
  });

  it("is told apart without any round trip known: what comes within 3 ms was not sent again", () => {
    const rows = (lateMs: number): Row[] => [
      [100.1, "server", 1, 1000, 101],
      [100.3, "server", 2001, 1000, 101],
      [lateMs, "server", 1001, 1000, 101],
    ];
    expect(download(rows(101)).reorderedPackets).toBe(1);
    expect(outcomes(download(rows(200)))[1]).toBe("100.2 1000+1000 lost");
  });
});

describe("data that the capture missed", () => {
  it("have arrived when they were acknowledged", () => {
    const transfer = download([
      ...opened,
      [50, "server", 1, 1000, 101],
      [50.2, "server", 2001, 1000, 101],
      [100.2, "client", 101, 0, 3001],
    ]);
    expect(outcomes(transfer)).toEqual([
      "50 0+1000 delivered",
      "50.1 1000+1000 delivered",
      "50.2 2000+1000 delivered",
    ]);
    expect(transfer.missedPackets).toBe(1);
    expect(delivery(transfer)).toEqual([[100.2, 3000]]);
  });

  it("at the end have arrived when two packets acknowledge them", () => {
    const rows: Row[] = [...opened, [50, "server", 1, 1000, 101], [100.2, "client", 101, 0, 3001]];
    expect(download(rows).missedPackets).toBe(0);
    const transfer = download([...rows, [100.4, "client", 101, 0, 3001]]);
    expect(transfer.missedPackets).toBe(2);
    expect(delivery(transfer).at(-1)).toEqual([100.4, 3000]);
  });

  it("were not missed when they are captured just behind their acknowledgement", () => {
    const transfer = download([...opened, [99.99, "client", 101, 0, 1001], [100, "server", 1, 1000, 101]]);
    expect(transfer.missedPackets).toBe(0);
    expect(outcomes(transfer)).toEqual(["100 0+1000 delivered"]);
    expect(delivery(transfer)).toEqual([[100, 1000]]);
    expect(delays(transfer)).toEqual([]);
  });
});
