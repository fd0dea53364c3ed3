import { describe, expect, it } from "vitest";
import { packetOf, type Row } from "../../test/trace.ts";
import type { Connection } from "./connection.ts";
import { ConnectionTable } from "./connection-table.ts";

const named = (number: number): Connection => ({ number }) as Connection;
const row = (from: "client" | "server", clientPort: number): Row => [0, from, 1, 1, 1, { clientPort }];

describe("a table of connections", () => {
  it("finds a connection from both ends, and says which end spoke", () => {
    for (const hosts of [{}, { client: "2001:db8::1", server: "2001:db8::2" }]) {
      const table = new ConnectionTable();
      table.set(packetOf(row("client", 5), hosts), named(1));
      expect(table.find(packetOf(row("client", 5), hosts))!.number).toBe(1);
      expect(table.fromHigh).toBe(false);
      expect(table.find(packetOf(row("server", 5), hosts))!.number).toBe(1);
      expect(table.fromHigh).toBe(true);
      expect(table.find(packetOf(row("client", 6), hosts))).toBeUndefined();
    }
  });

  it("tells a host that talks to itself by its ports", () => {
    const table = new ConnectionTable();
    const self = { client: "127.0.0.1", server: "127.0.0.1" };
    table.set(packetOf(row("client", 50_000), self), named(1));
    expect(table.find(packetOf(row("server", 50_000), self))!.number).toBe(1);
    expect(table.fromHigh).toBe(false);
  });

  it("does not take an IPv4 address for the beginning of an IPv6 one", () => {
    const table = new ConnectionTable();
    table.set(packetOf(row("client", 5), { client: "10.0.0.1", server: "10.0.0.2" }), named(4));
    expect(table.find(packetOf(row("client", 5), { client: "a00:1::", server: "a00:2::" }))).toBeUndefined();
  });

  it("keeps what stays through growth, removal and replacement", () => {
    const table = new ConnectionTable();
    for (let port = 0; port < 60_000; port++) table.set(packetOf(row("client", port)), named(port));
    expect(table.size).toBe(60_000);
    table.removeWhere(({ number }) => number % 3 > 0);
    expect(table.size).toBe(20_000);
    table.replace(({ number }) => named(number + 100_000));
    for (let port = 0; port < 60_000; port++) {
      const found = table.find(packetOf(row("server", port)))?.number;
      expect(found).toBe(port % 3 === 0 ? port + 100_000 : undefined);
    }
    table.set(packetOf(row("client", 3)), named(7));
    expect([table.find(packetOf(row("client", 3)))!.number, table.size]).toEqual([7, 20_000]);
  });

  it("stays fast while connections come and go", () => {
    const table = new ConnectionTable();
    const start = performance.now();
    for (let round = 0; round < 30; round++) {
      for (let port = 0; port < 3000; port++)
        table.set(packetOf(row("client", round * 2000 + port)), named(port));
      table.removeWhere(() => true);
    }
    expect(table.size).toBe(0);
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});
