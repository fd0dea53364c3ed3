import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runTransfer } from "../transfer/run-transfer.ts";
import type { TransferRequest } from "../transfer/transfer.ts";
import { type ControlServer, startControlServer } from "./control-server.ts";

describe("a control server spoken to in disguise", () => {
  let server: ControlServer;
  let usual: TransferRequest;

  beforeAll(async () => {
    server = await startControlServer({ listen: "127.0.0.1", port: 0 });
    usual = {
      ...{ address: "127.0.0.1", port: server.port, serverName: "abs.twimg.com", host: "abs.twimg.com" },
      ...{
        path: "/bytes/100000",
        direction: "down",
        bytes: 90_000,
        timeoutMs: 10_000,
        trust: { insecure: true },
      },
    };
  });
  afterAll(() => server.close());

  it.each<[string, Partial<TransferRequest>]>([
    ["as it is", {}],
    ["inverted", { inverted: true }],
    ["a record before the hello", { shape: { kind: "record-before" } }],
    ["the hello in two segments", { shape: { kind: "tcp-split", at: 20 } }],
    ["the hello in two records", { shape: { kind: "record-split", at: 40 } }],
    ["a hello of more than a packet", { shape: { kind: "padding" } }],
    ["no name", { serverName: "" }],
    ["an upload", { direction: "up", path: "/upload" }],
    ["an upload, inverted", { direction: "up", path: "/upload", inverted: true }],
  ])("moves the same bytes: %s", async (_, change) => {
    const { serverName, ...rest } = { ...usual, ...change };
    const outcome = await runTransfer({ ...rest, ...(serverName ? { serverName } : {}) });
    expect(outcome.failure).toBeUndefined();
    expect(outcome.bytes).toBeGreaterThanOrEqual(90_000);
    expect(outcome.ended).toBe("complete");
  });
});
