/**
 * What the control server offers over HTTP, with real sockets and TLS on loopback.
 */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect as connectTcp, createServer } from "node:net";
import { buffer, text } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firstBytes } from "./byte-sequence.ts";
import { selfSigned } from "./certificate.ts";
import { type ControlServer, ListenProblem, startControlServer } from "./control-server.ts";

const LOOPBACK = "127.0.0.1";
let server: ControlServer;

beforeAll(async () => {
  server = await startControlServer({
    listen: LOOPBACK,
    port: 0,
    httpPort: 0,
    bounds: { bytesPerHour: 1e9 },
  });
});
afterAll(() => server.close());

/** Over TLS unless a port is given. */
function ask(path: string, options: RequestOptions = {}, body?: Uint8Array): Promise<IncomingMessage> {
  const all = { host: LOOPBACK, agent: false, path, ...options };
  return new Promise((resolve, reject) => {
    const asked = options.port
      ? httpRequest(all, resolve)
      : httpsRequest({ ...all, port: server.port, rejectUnauthorized: false }, resolve);
    asked.on("error", reject);
    asked.end(body);
  });
}

/** What comes back, as it is, until the connection ends. */
function exchange(port: number, sent: string): Promise<string> {
  return text(connectTcp(port, LOOPBACK).end(sent));
}

describe("downloads", () => {
  it.each([0, 1, 16_383, 16_384, 16_385, 1_000_000])("of %i bytes are exact", async (bytes) => {
    const response = await ask(`/bytes/${bytes}`);
    expect(response.statusCode).toBe(200);
    expect(response.headers["content-length"]).toBe(String(bytes));
    expect((await buffer(response)).equals(firstBytes(bytes))).toBe(true);
  });

  it("are inverted bit by bit on request", async () => {
    const inverted = await buffer(await ask("/bytes/50001?inverted", { port: server.httpPort! }));
    expect(Buffer.from(inverted.map((byte) => byte ^ 0xff)).equals(firstBytes(50_001))).toBe(true);
  });

  it("may be read and timed by any page, and are not kept", async () => {
    const { headers } = await ask("/bytes/10");
    expect(headers).toMatchObject({
      "access-control-allow-origin": "*",
      "timing-allow-origin": "*",
      "cache-control": "no-store",
      "content-type": "application/octet-stream",
    });
  });

  it("come at a pace, and not before their time", async () => {
    for (const [query, leastMs] of [
      ["pace=1000000", 390],
      ["pace=1000000&rtt=100", 390],
      ["pace=8000000&rtt=20", 45],
    ] as const) {
      const beganMs = performance.now();
      const body = await buffer(await ask(`/bytes/50000?${query}`));
      expect(performance.now() - beganMs).toBeGreaterThanOrEqual(leastMs - 10);
      expect(body.equals(firstBytes(50_000))).toBe(true);
    }
  });

  it.each([
    ["pace=999", "pace is a whole number of bits per second, 1000 and more"],
    ["pace=fast", "pace is a whole number of bits per second, 1000 and more"],
    ["pace=1e6", "pace is a whole number of bits per second, 1000 and more"],
    ["pace=100000&rtt=abc", "rtt is a whole number of milliseconds, 1 to 2000"],
    ["pace=100000&rtt=2001", "rtt is a whole number of milliseconds, 1 to 2000"],
    ["pace=1000", "at that pace it would take longer than 300 s"],
  ])("at a pace of %s are refused", async (query, line) => {
    const response = await ask(`/bytes/50000?${query}`);
    expect(response.statusCode).toBe(400);
    expect(await text(response)).toBe(`${line}\n`);
  });

  it("have a head of their own", async () => {
    const response = await ask("/bytes/5000000", { method: "HEAD" });
    expect(response.headers["content-length"]).toBe("5000000");
    expect((await buffer(response)).length).toBe(0);
  });

  it.each(["/bytes/50000001", "/bytes/999999999999999"])("%s is refused", async (path) => {
    const response = await ask(path);
    expect(response.statusCode).toBe(400);
    expect(await text(response)).toMatch(/^\d+ bytes are too many: at most 50000000 \(50.0 MB\) at once\n$/);
  });

  it.each(["/bytes/-1", "/bytes/1e3", "/bytes/", "/bytes/1/", "/bytes/0x10", "//bytes/1", "/../etc/passwd"])(
    "%s is nothing",
    async (path) => {
      expect((await ask(path)).statusCode).toBe(404);
    },
  );
});

describe("uploads", () => {
  it.each([0, 1, 3_000_000])("of %i bytes are counted", async (bytes) => {
    for (const method of ["POST", "PUT"]) {
      const headers = { "content-length": bytes };
      const response = await ask("/upload", { method, headers }, new Uint8Array(bytes));
      expect(JSON.parse(await text(response))).toEqual({ bytes });
    }
  });

  it("of an undeclared length are counted", async () => {
    const options = { method: "POST", headers: { "transfer-encoding": "chunked" }, port: server.httpPort! };
    expect(JSON.parse(await text(await ask("/upload", options, new Uint8Array(123_456))))).toEqual({
      bytes: 123_456,
    });
  });

  it("of too many bytes are refused before and while they come", async () => {
    const declared = { method: "PUT", headers: { "content-length": 50_000_001, expect: "100-continue" } };
    expect((await ask("/upload", declared)).statusCode).toBe(413);
    const small = await startControlServer({ port: 0, httpPort: 0, bounds: { uploadBytes: 100_000 } });
    const undeclared = {
      method: "PUT",
      headers: { "transfer-encoding": "chunked" },
      port: small.httpPort!,
    };
    const response = await ask("/upload", undeclared, new Uint8Array(150_000));
    expect(response.statusCode).toBe(413);
    expect(await text(response)).toBe("an upload is at most 100 kB\n");
    await small.close();
  });

  it("elsewhere are refused, so that none is read without a bound", async () => {
    for (const path of ["/udp-token", "/bytes/10"]) {
      const options = { method: "POST", headers: { "content-length": 1000 } };
      expect((await ask(path, options, new Uint8Array(1000))).statusCode).toBe(413);
    }
  });
});

describe("the server", () => {
  it("answers by any name, in TLS and in Host", async () => {
    for (const servername of ["twitter.com", "a.t.co", `${"x".repeat(63)}.example`, ""]) {
      const response = await ask("/bytes/3", { servername, headers: { host: "abs.twimg.com:1" } } as object);
      expect(await buffer(response)).toEqual(firstBytes(3));
    }
    expect(await exchange(server.httpPort!, "GET /bytes/1 HTTP/1.1\r\nconnection: close\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 200 OK\r\n/,
    );
  });

  it("shows the certificate whose fingerprint it told", async () => {
    const socket = connectTls({ host: LOOPBACK, port: server.port, rejectUnauthorized: false });
    await new Promise((resolve) => socket.once("secureConnect", resolve));
    const shown = socket.getPeerCertificate();
    socket.destroy();
    expect(shown.fingerprint256).toBe(server.fingerprint);
    expect(shown.subject.CN).toBe("localhost");
  });

  it("uses a certificate that it is given, and refuses one of another key", async () => {
    const [given, other] = [await selfSigned(Date.now()), await selfSigned(Date.now())];
    const own = await startControlServer({ port: 0, credentials: given });
    expect(own.httpPort).toBeUndefined();
    expect(own.udpPort).toBeUndefined();
    await own.close();
    const mixed = { key: other.key, certificate: given.certificate };
    await expect(startControlServer({ port: 0, credentials: mixed })).rejects.toThrow();
    const none = { key: "", certificate: "no certificate" };
    await expect(startControlServer({ port: 0, credentials: none })).rejects.toThrow();
  });

  it("speaks HTTP/1.1 to a browser that offers HTTP/2 too", async () => {
    const ALPNProtocols = ["h2", "http/1.1"];
    const socket = connectTls({
      host: LOOPBACK,
      port: server.port,
      rejectUnauthorized: false,
      ALPNProtocols,
    });
    await new Promise((resolve) => socket.once("secureConnect", resolve));
    expect(socket.alpnProtocol).toBe("http/1.1");
    socket.destroy();
  });

  it("is no proxy", async () => {
    const absolute = "GET http://example.org/ HTTP/1.1\r\nhost: example.org\r\n\r\n";
    expect(await exchange(server.httpPort!, absolute)).toMatch(/^HTTP\/1\.1 400 [\s\S]*no proxy\n$/);
    const connect = "CONNECT example.org:443 HTTP/1.1\r\nhost: example.org:443\r\n\r\n";
    expect(await exchange(server.httpPort!, connect)).toMatch(/^HTTP\/1\.1 405 [\s\S]*no proxy\n$/);
    expect((await ask("http://example.org/")).statusCode).toBe(400);
  });

  it("says what it is, what is not there, and what pages may do", async () => {
    const front = await ask("/");
    expect(front.headers["content-type"]).toContain("text/html");
    expect(await text(front)).toContain("measurement server");
    expect((await ask("/", { method: "DELETE" })).statusCode).toBe(405);
    const preflight = await ask("/upload", { method: "OPTIONS" });
    expect(preflight.statusCode).toBe(204);
    expect(preflight.headers["access-control-allow-methods"]).toContain("PUT");
    expect((await ask("/bytes/1", { headers: { upgrade: "h2c", connection: "upgrade" } })).statusCode).toBe(
      400,
    );
  });

  it("says which port it cannot have, and leaves nothing open", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, LOOPBACK, resolve));
    const { port } = taken.address() as { port: number };
    const failed = await startControlServer({ listen: LOOPBACK, port: 0, httpPort: port }).catch(
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(ListenProblem);
    expect(failed).toMatchObject({ service: "HTTP", port, code: "EADDRINUSE" });
    taken.close();
    const elsewhere = startControlServer({ listen: "203.0.113.250", port: 0 });
    await expect(elsewhere).rejects.toMatchObject({ service: "TLS", code: "EADDRNOTAVAIL" });
  });
});
