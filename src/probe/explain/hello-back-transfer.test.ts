import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ControlServer, startControlServer } from "../control-server/control-server.ts";
import { runTransfer } from "../transfer/run-transfer.ts";
import { runHelloBackTransfer } from "./hello-back-transfer.ts";

describe("a hello from the other end", () => {
  let server: ControlServer;
  const request = () => ({
    ...{ address: "127.0.0.1", port: server.port, name: "abs.twimg.com", bytes: 90_000, timeoutMs: 5000 },
  });
  beforeAll(async () => {
    server = await startControlServer({
      ...{ listen: "127.0.0.1", port: 0, httpPort: 0, bounds: { bytesPerHour: 1_000_000 } },
    });
  });
  afterAll(() => server.close());

  it("comes with the bytes that were asked for", async () => {
    const outcome = await runHelloBackTransfer(request(), () => false);
    expect(outcome.failure).toBeUndefined();
    expect(outcome.ended).toBe("complete");
    expect(outcome.bytes).toBeGreaterThanOrEqual(90_000);
  });

  it("is refused beyond the client's bytes, in words that are no box's, and not understood elsewhere", async () => {
    const refused = await runHelloBackTransfer({ ...request(), bytes: 2_000_000 }, () => false);
    expect(refused.ended).toBe("short");
    expect(refused).not.toHaveProperty("failure");
    const stranger = createServer((socket) => socket.once("data", () => socket.end("what?")));
    await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
    const { port } = stranger.address() as { port: number };
    const outcome = await runHelloBackTransfer({ ...request(), port }, () => false);
    expect([outcome.ended, outcome.failure]).toEqual(["failed", "eof_error"]);
    await new Promise((resolve) => stranger.close(resolve));
  });

  it("leaves plain HTTP as it was: a transfer without TLS moves the same bytes", async () => {
    const outcome = await runTransfer({
      ...{ address: "127.0.0.1", port: server.httpPort!, host: "abs.twimg.com", plain: true },
      ...{ path: "/bytes/100000", direction: "down", bytes: 90_000, timeoutMs: 5000 },
      trust: { insecure: true },
    });
    expect(outcome.ended).toBe("complete");
    expect(outcome).not.toHaveProperty("handshakeUs");
  });
});
