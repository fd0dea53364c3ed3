import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_BOUNDS } from "./bounds.ts";
import { ClientTable } from "./client-table.ts";

const HOUR_MS = 3_600_000;
const bounds = {
  ...DEFAULT_BOUNDS,
  bytesPerHour: 1000,
  connections: 2,
  connectionsPerMinute: 100,
  requestsPerMinute: 3,
  datagramsPerSecond: 2,
  allConnections: 10,
  sharedShare: 0.4,
  networkConnections: 2,
  clients: 10,
};

describe("the table of clients", () => {
  it("gives bytes until the hour's are used up, and again when it is over", () => {
    const table = new ClientTable(bounds);
    expect(table.reserveBytes("a", 600, 5)).toBeDefined();
    expect(table.reserveBytes("a", 401, 6)).toBeUndefined();
    expect(table.reserveBytes("a", 400, 7)).toBeDefined();
    expect(table.bytesLeft("a", 8)).toBe(0);
    expect(table.bytesAgainInMs("a", 8)).toBe(HOUR_MS - 3);
    expect(table.bytesLeft("b", 8)).toBe(1000);
    expect(table.reserveBytes("a", 1000, 5 + HOUR_MS)).toBeDefined();
  });

  it("takes unused bytes back, but not into another hour", () => {
    const table = new ClientTable(bounds);
    const first = table.reserveBytes("a", 1000, 0)!;
    table.giveBack(first, 300);
    expect(table.bytesLeft("a", 1)).toBe(300);
    table.reserveBytes("a", 1000, HOUR_MS);
    table.giveBack(first, 700);
    expect(table.bytesLeft("a", HOUR_MS + 1)).toBe(0);
  });

  it("says in how many ms there are requests again", () => {
    const table = new ClientTable(bounds);
    for (let i = 0; i < 3; i++) expect(table.takeRequest("a", 100)).toBe(0);
    expect(table.takeRequest("a", 50_100)).toBe(10_001);
    expect(table.takeRequest("a", 60_100)).toBe(0);
  });

  it("serves so many connections, tells as many again that they are too many, and refuses more", () => {
    const table = new ClientTable(bounds);
    const openings = [1, 2, 3, 4, 5].map(() => table.openConnection("a", 0));
    expect(openings).toEqual(["served", "served", "excess", "excess", "refused"]);
    expect(table.openConnection("b", 0)).toBe("served");
    for (let i = 0; i < 4; i++) table.closeConnection("a");
    expect(table.openConnection("a", 0)).toBe("served");
  });

  it("keeps the last connections of all for networks with few: one of many addresses cannot take them", () => {
    const table = new ClientTable(bounds);
    const open = (count: number, client: (index: number) => string): string[] =>
      Array.from({ length: count }, (_, index) => table.openConnection(client(index), 0));
    const households = open(9, (index) => `2001:db8:0:${index}::/64`);
    expect(households.filter((one) => one === "served")).toHaveLength(6);
    expect(households.slice(6)).toEqual(["refused", "refused", "refused"]);
    expect(open(3, () => "192.0.2.7")).toEqual(["served", "served", "refused"]);
    expect(open(2, () => "2001:db8:1:0::/64")).toEqual(["served", "served"]);
    expect(open(1, () => "192.0.2.8")).toEqual(["refused"]);
    table.closeConnection("2001:db8:0:0::/64");
    expect(open(1, () => "2001:db8:0:0::/64")).toEqual(["refused"]);
    expect(open(1, () => "192.0.2.8")).toEqual(["served"]);
  });

  it("refuses connections that are opened too fast, even if they are closed again", () => {
    const table = new ClientTable({ ...bounds, connectionsPerMinute: 5 });
    const openings = [1, 2, 3, 4, 5, 6].map(() => {
      const opening = table.openConnection("a", 0);
      if (opening !== "refused") table.closeConnection("a");
      return opening;
    });
    expect(openings.filter((one) => one === "served").length).toBe(5);
    expect(openings.at(-1)).toBe("refused");
  });

  it("echoes datagrams within the second's number and the hour's bytes", () => {
    const table = new ClientTable(bounds);
    expect([1, 2, 3].map(() => table.takeDatagram("a", 10, 0))).toEqual([true, true, false]);
    expect(table.takeDatagram("a", 981, 1000)).toBe(false);
    expect(table.takeDatagram("a", 980, 1000)).toBe(true);
  });

  it("forgets whoever was idle for longest, and nobody with a connection", () => {
    const table = new ClientTable({ ...bounds, clients: 3, allConnections: 3 });
    table.openConnection("connected", 0);
    table.reserveBytes("idle", 1000, 1);
    table.reserveBytes("newer", 1000, 2);
    table.reserveBytes("newest", 1000, 3);
    expect(table.size).toBe(3);
    expect(table.bytesLeft("newer", 4)).toBe(0);
    table.closeConnection("connected");
    expect(table.bytesLeft("idle", 4)).toBe(1000);
  });

  it("stays within its bounds whatever is done to it", () => {
    const act = fc.record({
      client: fc.integer({ min: 0, max: 30 }).map(String),
      what: fc.constantFrom("open", "close", "bytes", "request", "datagram"),
      laterMs: fc.integer({ min: 0, max: 100_000 }),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        const table = new ClientTable(bounds);
        const open: string[] = [];
        let nowMs = 0;
        for (const { client, what, laterMs } of acts) {
          nowMs += laterMs;
          if (what === "open" && table.openConnection(client, nowMs) !== "refused") open.push(client);
          if (what === "close" && open.length > 0) table.closeConnection(open.pop()!);
          if (what === "bytes") table.reserveBytes(client, 400, nowMs);
          if (what === "request") table.takeRequest(client, nowMs);
          if (what === "datagram") table.takeDatagram(client, 100, nowMs);
          expect(table.size).toBeLessThanOrEqual(bounds.clients);
          expect(table.connections).toBe(open.length);
          expect(open.length).toBeLessThanOrEqual(bounds.allConnections);
          expect(table.bytesLeft(client, nowMs)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
