import { describe, expect, it } from "vitest";
import { dissect, handshake, packetOf, type Row } from "../../test/trace.ts";
import { PathDissector } from "./dissect.ts";
import { PathTracker } from "./path-tracker.ts";
import type { Path } from "./transfer.ts";

/** Paths in the order in which they are finished. */
function tracker(): { tracker: PathTracker; paths: Path[] } {
  const paths: Path[] = [];
  const dissector = new PathDissector();
  return { tracker: new PathTracker((open, log) => paths.push(dissector.dissect(open, log))), paths };
}

/** More packets than lie between two looks for idle paths, from another client. */
function traffic(to: PathTracker, fromMs: number, count = 33_000): void {
  for (let i = 0; i < count; i++) {
    to.add(packetOf([fromMs, "client", 1 + i, 1, 1], { client: "10.9.9.9" }));
  }
}

const closed: Row[] = [
  ...handshake("server"),
  [60, "server", 1, 1000, 1, { flags: "F" }],
  [110, "client", 1, 0, 1002, { flags: "F" }],
];

describe("a path", () => {
  it("holds all connections between two hosts, whatever their ports", () => {
    const paths = dissect([
      [0, "client", 1, 100, 1],
      [1, "client", 1, 100, 1, { clientPort: 50_001 }],
      [2, "server", 1, 900, 101, { clientPort: 50_001 }],
      [3, "server", 1, 500, 101],
    ]);
    expect(paths.length).toBe(1);
    expect(paths[0]!.addresses).toEqual(["10.0.0.1", "192.0.2.1"]);
    expect(paths[0]!.connections.map(({ ends }) => ends[0].endpoint.port)).toEqual([50_000, 50_001]);
    expect(paths[0]!.transfers.map((list) => list.map(({ segments }) => segments[0]!.payloadBytes))).toEqual([
      [100, 100],
      [500, 900],
    ]);
  });

  it("is told by both addresses, of either IP version", () => {
    const rows: Row[] = [
      [0, "client", 1, 100, 1],
      [1, "server", 1, 900, 101],
    ];
    const v6 = { client: "2001:db8::1", server: "2001:db8:1::1" };
    const [path] = dissect(rows, v6);
    expect(path!.addresses).toEqual(["2001:db8::1", "2001:db8:1::1"]);
    expect(path!.connections.length).toBe(1);
    expect(path!.transfers.map((list) => list.length)).toEqual([1, 1]);
    // The low end is the one with the lower bytes, not the one that spoke first.
    const turned = dissect(rows, { client: "2001:db8:1::1", server: "2001:db8::1" })[0]!;
    expect(turned.transfers[0][0]!.segments[0]!.payloadBytes).toBe(900);
  });

  it("is followed the same in whatever order a card with several queues hands its packets over", () => {
    const rows: Row[] = [
      ...handshake("server"),
      [50.1, "client", 1, 100, 1],
      ...Array.from({ length: 20 }, (_, i): Row => [50.2 + i / 100, "server", 1 + 1000 * i, 1000, 101]),
      [100.2, "client", 101, 0, 10_001],
      [100.3, "client", 101, 0, 20_001],
    ];
    const shuffled = rows.map((_, i) => rows[(i * 7) % rows.length]!);
    const [ordered, other] = [dissect(rows)[0]!, dissect(shuffled)[0]!];
    expect(other.transfers.map((list) => list.map((transfer) => transfer.rows))).toEqual(
      ordered.transfers.map((list) => list.map((transfer) => transfer.rows)),
    );
    expect(other.startUs).toBe(0);
    expect(other.connections[0]!.firstUs).toBe(0);
    expect(other.transfers[1][0]!.place).toBe("sender");
  });

  it("is finished 10 s after its connections have closed, and 300 s after anything", () => {
    const { tracker: open, paths } = tracker();
    for (const row of closed) open.add(packetOf(row));
    open.add(packetOf([110, "client", 1, 10, 1], { client: "10.0.0.2" }));
    traffic(open, 5000);
    expect(paths).toEqual([]);
    traffic(open, 11_000);
    expect(paths.map(({ addresses }) => addresses[0])).toEqual(["10.0.0.1"]);
    traffic(open, 299_000);
    expect(paths.length).toBe(1);
    traffic(open, 301_000);
    expect(paths.map(({ addresses }) => addresses[0])).toEqual(["10.0.0.1", "10.0.0.2"]);
  });

  it("is not finished by one wrong time stamp in another", () => {
    const { tracker: open, paths } = tracker();
    for (const row of closed.slice(0, 4)) open.add(packetOf(row));
    open.add(packetOf([1e15, "client", 1, 1, 1], { client: "10.9.9.9" }));
    traffic(open, 1000, 70_000);
    expect(paths).toEqual([]);
  });

  it("begins anew when the hosts meet again after it", () => {
    const { tracker: open, paths } = tracker();
    for (const row of closed) open.add(packetOf(row));
    traffic(open, 11_000);
    for (const row of closed) open.add(packetOf([row[0] + 20_000, ...row.slice(1)] as unknown as Row));
    open.end();
    expect(paths.map(({ addresses }) => addresses[0])).toEqual(["10.0.0.1", "10.9.9.9", "10.0.0.1"]);
    expect(paths[2]!.startUs).toBe(20_000_000);
  });
});

describe("ports that are used again", () => {
  const again: Row[] = [
    ...closed,
    [500, "client", 7_000_000, 0, 0, { flags: "S", mss: 1000 }],
    [500, "server", 9_000_000, 0, 7_000_001, { flags: "S", mss: 1000 }],
    [550, "client", 7_000_001, 0, 9_000_001],
    [550, "server", 9_000_001, 700, 7_000_001],
    [600, "client", 7_000_001, 0, 9_000_701],
  ];

  it("are another connection", () => {
    const transfers = dissect(again)[0]!.transfers[1];
    expect(transfers.map(({ segments }) => segments[0]!.payloadBytes)).toEqual([1000, 700]);
    expect(transfers.map(({ downstreamRttUs }) => downstreamRttUs)).toEqual([50_000, 50_000]);
    expect(transfers[1]!.connection.firstUs).toBe(500_000);
  });

  it("are another connection too when the first one's beginning was not captured", () => {
    expect(dissect(again.slice(3))[0]!.connections.length).toBe(2);
  });

  it("are the same connection when only the SYN is sent again, or captured late", () => {
    const [syn, answer, acknowledged] = handshake("server");
    const repeated: Row[] = [syn!, [1000, ...syn!.slice(1)] as unknown as Row, answer!];
    expect(dissect(repeated)[0]!.connections.length).toBe(1);
    const late = dissect([answer!, acknowledged!, syn!])[0]!.connections;
    expect(late).toMatchObject([{ opener: 0 }]);
  });

  it("are the same connection when a packet in its middle looks like an answer to a SYN", () => {
    const rows: Row[] = [
      ...handshake("server"),
      [50, "server", 1, 1000, 1],
      [51, "server", 1001, 1000, 1, { flags: "S" }],
      [100, "client", 1, 0, 2001],
    ];
    const [path] = dissect(rows);
    expect(path!.connections).toMatchObject([{ opener: 0, ends: [{}, { maximumSegment: 1000 }] }]);
  });
});

describe("more than is held at once", () => {
  it("is judged in parts, whose sums are those of the whole beyond 4 GB", () => {
    const { tracker: open, paths } = tracker();
    for (const row of handshake("server", { mss: 1448, scale: 10 })) open.add(packetOf(row));
    const count = 80_000;
    const bytes = 64_000;
    for (let i = 0; i < count; i++) {
      open.add(packetOf([60 + i / 10, "server", 1 + i * bytes, bytes, 1]));
      if (i > 500) open.add(packetOf([60 + i / 10, "client", 1, 0, 1 + (i - 500) * bytes]));
    }
    open.end();
    expect(paths.map(({ part }) => part)).toEqual([0, 1, 2, 3]);
    const transfers = paths.map((path) => path.transfers[1]);
    expect(transfers.map((list) => list.length)).toEqual([1, 1, 1, 1]);
    const segments = transfers.flatMap((list) => list[0]!.segments);
    expect(segments.reduce((sum, { payloadBytes }) => sum + payloadBytes, 0)).toBe(count * bytes);
    expect(segments.every(({ lostPackets }) => lostPackets === 0)).toBe(true);
    for (const [transfer] of transfers) {
      expect([transfer!.missedPackets, transfer!.maximumPayload]).toEqual([0, bytes]);
      expect(transfer!.rows.count).toBeLessThan(1_100_000);
    }
    // The handshake was in the first part; its options hold in all.
    expect(paths[3]!.connections[0]!.ends[0].windowScale).toBe(10);
  });
});
