/**
 * Packets made to be slow or large: what is quadratic takes hours at these sizes, what is not a few seconds, of which
 * most go into making the packets.
 */
import { describe, expect, it } from "vitest";
import { PathDissector } from "../../src/transfer/dissect.ts";
import { PathTracker } from "../../src/transfer/path-tracker.ts";
import type { Path } from "../../src/transfer/transfer.ts";
import { handshake, packetOf, type Row } from "../trace.ts";

function tracker(): { tracker: PathTracker; paths: Path[] } {
  const paths: Path[] = [];
  const dissector = new PathDissector();
  return { tracker: new PathTracker((open, log) => paths.push(dissector.dissect(open, log))), paths };
}

/** Runs packets made one by one; returns the paths and how long it took. */
function run(count: number, row: (i: number) => Row): { paths: Path[]; seconds: number } {
  const { tracker: open, paths } = tracker();
  const start = performance.now();
  for (let i = 0; i < count; i++) open.add(packetOf(row(i)));
  open.end();
  return { paths, seconds: (performance.now() - start) / 1000 };
}

const rowsOf = (paths: Path[]): number =>
  Math.max(...paths.flatMap(({ transfers }) => transfers.flat().map(({ rows }) => rows.count)));

const GENEROUS_SECONDS = 30;
/** Bound of direction.ts, and what the packets behind it may still add. */
const MOST_ROWS = 4_000_000;

describe("packets that were made to be slow", () => {
  it("leap by a quarter of the numbers each", () => {
    const { seconds } = run(1_000_000, (i) => [i / 100, "server", (i * 2 ** 30) % 2 ** 32, 1000, 1]);
    expect(seconds).toBeLessThan(GENEROUS_SECONDS);
  });

  it("leap by a quarter of the numbers every second time, each leap confirmed", () => {
    const { paths, seconds } = run(600_000, (i) => [
      i / 100,
      "server",
      ((i >> 1) * 2 ** 30 + (i & 1) * 1000) % 2 ** 32,
      1000,
      1,
    ]);
    expect(seconds).toBeLessThan(GENEROUS_SECONDS);
    expect(rowsOf(paths)).toBeLessThan(MOST_ROWS);
  });

  it("leave the largest holes that are believed", () => {
    const { paths, seconds } = run(100_000, (i) => [i / 100, "server", (i * 17_000_000) % 2 ** 32, 1400, 1]);
    expect(seconds).toBeLessThan(GENEROUS_SECONDS);
    expect(rowsOf(paths)).toBeLessThan(MOST_ROWS);
  });

  it("fill holes of a hundred bytes in pieces, backwards", () => {
    const { seconds } = run(300_000, (i) =>
      i === 0
        ? [0, "server", 1, 10, 1]
        : i === 1
          ? [0.1, "server", 4_000_000, 10, 1]
          : [i / 100, "server", 4_000_000 - 10 * i, 10, 1],
    );
    expect(seconds).toBeLessThan(GENEROUS_SECONDS);
  });

  it("report everything as received, in blocks that change with every packet", () => {
    const { seconds } = run(400_000, (i) =>
      i < 200_000
        ? [i / 100, "server", 1 + i * 100, 100, 1]
        : [
            i / 100,
            "client",
            1,
            0,
            1,
            {
              sack: [
                [101, 20_000_001 - (i & 1) * 100],
                [201, 20_000_001],
                [301, 10_000_001],
                [101, 20_000_001],
              ],
            },
          ],
    );
    expect(seconds).toBeLessThan(GENEROUS_SECONDS);
  });

  it("report everything as a duplicate, again and again", () => {
    const { seconds } = run(400_000, (i) =>
      i < 200_000
        ? [i / 100, "server", 1 + i * 100, 100, 1]
        : [
            i / 100,
            "client",
            1,
            0,
            1,
            {
              sack: [
                [101, 20_000_001],
                [1, 20_000_001],
              ],
            },
          ],
    );
    expect(seconds).toBeLessThan(GENEROUS_SECONDS);
  });

  it("repeat one byte of the same packet a hundred thousand times", () => {
    const { paths, seconds } = run(100_002, (i) =>
      i === 0
        ? [0, "server", 1, 1000, 1]
        : i === 100_001
          ? [5000, "client", 1, 0, 1001]
          : [1 + i / 100, "server", 1 + (i % 1000), 1, 1],
    );
    expect(seconds).toBeLessThan(GENEROUS_SECONDS);
    expect(paths[0]!.transfers[1][0]!.segments[0]!.payloadBytes).toBe(1000);
  });

  it("repeat sixty thousand single bytes in packets of 64 kB", () => {
    const { paths, seconds } = run(80_000, (i) =>
      i < 60_000 ? [i / 100, "server", 1 + i, 1, 1] : [i / 100, "server", 1, 60_000, 1],
    );
    expect(seconds).toBeLessThan(GENEROUS_SECONDS);
    expect(rowsOf(paths)).toBeLessThan(MOST_ROWS);
  });

  it("are cut to the smallest segments that an option can ask for", () => {
    const { paths, seconds } = run(40_000, (i) =>
      i < 2
        ? ([
            handshake("server", { mss: 1 })[i]![0],
            ...handshake("server", { mss: 1 })[i]!.slice(1),
          ] as unknown as Row)
        : [60 + i, "server", 1 + (i - 2) * 65_000, 65_000, 1],
    );
    expect(seconds).toBeLessThan(GENEROUS_SECONDS);
    expect(rowsOf(paths)).toBeLessThan(MOST_ROWS);
  });

  it("come in reverse order of time", () => {
    const count = 500_000;
    const { paths, seconds } = run(count, (i) => [
      (count - i) / 100,
      "server",
      1 + (count - 1 - i) * 1000,
      1000,
      1,
    ]);
    expect(seconds).toBeLessThan(GENEROUS_SECONDS);
    expect(paths[0]!.transfers[1][0]).toMatchObject({ reorderedPackets: 0, rows: { count } });
  });
});

describe("more hosts and connections than are held at once", () => {
  it("gives up the paths that were idle longest", () => {
    const { tracker: open, paths } = tracker();
    for (let host = 0; host < 100_000; host++) {
      const client = `10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`;
      open.add(packetOf([host, "client", 1, 10, 1], { client }));
    }
    expect(paths.length).toBeGreaterThan(10_000);
    expect(paths[0]!.addresses[0]).toBe("10.0.0.0");
    open.end();
    expect(paths.length).toBe(100_000);
    expect(new Set(paths.map(({ addresses }) => addresses[0])).size).toBe(100_000);
  });

  it("holds 100,000 connections between two hosts", () => {
    const { tracker: open, paths } = tracker();
    for (let i = 0; i < 100_000; i++) {
      const client = `10.0.${i >> 16}.1`;
      open.add(packetOf([i / 100, "client", 1, 10, 1, { clientPort: i & 0xffff }], { client }));
      open.add(packetOf([i / 100, "server", 1, 20, 11, { clientPort: i & 0xffff }], { client }));
    }
    open.end();
    expect(paths.reduce((sum, { transfers }) => sum + transfers[1].length, 0)).toBe(100_000);
  });

  it("bounds the connections that one pair of ports can open", () => {
    const { tracker: open, paths } = tracker();
    for (let i = 0; i < 250_000; i++) {
      open.add(packetOf([i, "client", 5 * i, 0, 0, { flags: "S" }]));
    }
    expect(paths.length).toBe(1);
    open.end();
    const connections = paths.map((path) => path.connections.length);
    expect(Math.max(...connections)).toBeLessThanOrEqual(200_001);
    expect(connections.reduce((sum, count) => sum + count)).toBe(250_000);
  });
});
