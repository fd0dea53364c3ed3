import { once } from "node:events";
import { createServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Credentials, selfSigned } from "../control-server/certificate.ts";
import { runTransfer } from "./run-transfer.ts";
import type { TransferOutcome, TransferRequest } from "./transfer.ts";

/** Of a certificate for "localhost" that its own authority vouches for. */
describe("the name in a trusted certificate", () => {
  let credentials: Credentials;
  const server = createServer((_, response) => response.end(Buffer.alloc(30_000)));

  beforeAll(async () => {
    credentials = await selfSigned(Date.now());
    server.setSecureContext({ key: credentials.key, cert: credentials.certificate });
    await once(server.listen(0, "127.0.0.1"), "listening");
  });
  afterAll(() => void server.close());

  const fetched = (more: Partial<TransferRequest>, insecure = false): Promise<TransferOutcome> =>
    runTransfer({
      ...{ address: "127.0.0.1", port: (server.address() as AddressInfo).port },
      ...{ serverName: "x.test", host: "x.test", path: "/", direction: "down", bytes: 20_000 },
      ...{ timeoutMs: 5000, trust: { ca: credentials.certificate, insecure }, ...more },
    });

  it("must be the one that the request wants", async () => {
    expect(await fetched({ certificateName: "localhost" })).toMatchObject({ ended: "complete" });
    const other = await fetched({ certificateName: "x.test" });
    expect(other).toMatchObject({
      ...{ ended: "failed", operation: "tls_handshake", failure: "ssl_invalid_hostname" },
    });
    expect(other.handshakeUs).toBeUndefined();
  });

  it("is not looked at where none is wanted, and spoils nothing with --insecure", async () => {
    expect(await fetched({})).toMatchObject({ ended: "complete" });
    const insecure = await fetched({ certificateName: "x.test" }, true);
    expect(insecure).toMatchObject({ ended: "complete", certificateProblem: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });

  it("is told apart from an authority that nobody trusts", async () => {
    const untrusted = await fetched({ certificateName: "localhost", trust: { insecure: false } });
    expect(untrusted).toMatchObject({ ended: "failed", failure: "ssl_unknown_authority" });
  });
});

/** As boxes do that put a page in a server's place: an answer, and the end of the connection. */
describe("a server that closes after an answer", () => {
  const PAGE = "<h1>Access is restricted</h1>";
  const HEAD = `HTTP/1.1 200 OK\r\nContent-Length: ${PAGE.length}\r\n`;

  it.each([
    ["says so", `${HEAD}Connection: close\r\n\r\n${PAGE}`, 0],
    ["does not say so", `${HEAD}\r\n${PAGE}`, 0],
    ["is slow to", `${HEAD}\r\n${PAGE}`, 5],
    ["tells no length", `HTTP/1.1 200 OK\r\n\r\n${PAGE}`, 0],
  ])("has given a short one, whether it %s", async (_, answer, afterMs) => {
    const server = createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        socket.write(answer);
        setTimeout(() => socket.end(), afterMs);
      });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const moved = await runTransfer({
      ...{ address: "127.0.0.1", port, host: "x.test", path: "/", direction: "down", bytes: 20_000 },
      ...{ timeoutMs: 5000, trust: { insecure: true }, plain: true },
    });
    server.close();
    expect(moved.statusCode).toBe(200);
    // The kernel counts the end as a byte; of a socket that is gone it counts nothing.
    expect(moved.bytes).toBeLessThanOrEqual(answer.length + 1);
    expect(["short", "failed"]).toContain(moved.ended);
  });
});

/** Linux tells what was acknowledged; a server's system does so at once, however long the server thinks. */
describe.skipIf(process.platform !== "linux")("a late handshake", () => {
  const LATE_MS = 1200;

  it("of a server that thinks had its hello acknowledged long before", async () => {
    const { key, certificate } = await selfSigned(Date.now());
    const server = createServer(
      {
        ...{ key, cert: certificate },
        SNICallback: (_, done) => setTimeout(() => done(null), LATE_MS),
      },
      (_, response) => response.end(Buffer.alloc(30_000)),
    );
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const moved = await runTransfer({
      ...{ address: "127.0.0.1", port, serverName: "slow.test", host: "slow.test", path: "/" },
      ...{ direction: "down", bytes: 20_000, timeoutMs: 5000, trust: { insecure: true } },
    });
    server.close();
    expect(moved.handshakeUs).toBeGreaterThanOrEqual(LATE_MS * 1000);
    expect(moved.unacknowledgedUs).toBeLessThan(moved.handshakeUs! / 2);
  });
});
