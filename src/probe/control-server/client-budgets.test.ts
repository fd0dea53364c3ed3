/**
 * What a client that uses up its bounds is told, over real sockets.
 */
import { once } from "node:events";
import { type ClientRequest, type RequestOptions, request } from "node:http";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import type { Bounds } from "./bounds.ts";
import { type ControlServer, startControlServer } from "./control-server.ts";

const LOOPBACK = "127.0.0.1";
let server: ControlServer | undefined;
afterEach(() => server?.close());

async function start(bounds: Partial<Bounds>, listen: string = LOOPBACK): Promise<number> {
  server = await startControlServer({ listen, port: 0, httpPort: 0, bounds });
  return server.httpPort!;
}

interface Answer {
  readonly status: number;
  readonly again: number;
  readonly text: string;
}

function ask(port: number, path: string, options: RequestOptions = {}, body?: Uint8Array): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked: ClientRequest = request(
      { host: LOOPBACK, port, agent: false, path, ...options },
      (response) =>
        text(response).then(
          (got) =>
            resolve({
              status: response.statusCode!,
              again: Number(response.headers["retry-after"]),
              text: got,
            }),
          reject,
        ),
    );
    asked.on("error", reject);
    asked.end(body);
  });
}

function open(port: number): Promise<{ socket: Socket; isRefused: Promise<boolean> }> {
  const socket = connect(port, LOOPBACK);
  const isRefused = new Promise<boolean>((resolve) => {
    socket.on("error", () => resolve(true));
    socket.on("close", () => resolve(true));
  });
  return new Promise((resolve) => {
    socket.once("connect", () => resolve({ socket, isRefused }));
    socket.once("error", () => resolve({ socket, isRefused }));
  });
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe("a client that has used up", () => {
  it("its bytes is told when there are more, for downloads and uploads", async () => {
    const port = await start({ bytesPerHour: 1_000_000 });
    expect((await ask(port, "/bytes/400000")).status).toBe(200);
    const put = { method: "PUT", headers: { "content-length": 400_000 } };
    expect((await ask(port, "/upload", put, new Uint8Array(400_000))).status).toBe(200);
    const refused = await ask(port, "/bytes/200001");
    expect(refused.status).toBe(429);
    expect(refused.again).toBeGreaterThan(3500);
    expect(refused.text).toMatch(
      /^this address has 200 kB left of its 1.00 MB an hour: try again in \d+ s\n$/,
    );
    expect((await ask(port, "/upload", put, new Uint8Array(400_000))).status).toBe(429);
    const chunked = { method: "PUT", headers: { "transfer-encoding": "chunked" } };
    expect((await ask(port, "/upload", chunked, new Uint8Array(250_000))).status).toBe(429);
    expect((await ask(port, "/")).status).toBe(200);
    expect(server!.counters.requestsRefused).toBe(3);
    expect((await ask(port, "/bytes/1000001")).status).toBe(400);
  });

  it("nothing yet gets back what it did not take of a download that it ended", async () => {
    const port = await start({ bytesPerHour: 50_000_000 });
    const socket = connect(port, LOOPBACK);
    socket.write("GET /bytes/50000000 HTTP/1.1\r\n\r\n");
    await new Promise((resolve) => socket.once("data", resolve));
    expect((await ask(port, "/bytes/1000000")).status).toBe(429);
    socket.destroy();
    await until(() => server!.openConnections === 0);
    expect((await ask(port, "/bytes/1000000")).status).toBe(200);
  });

  it("its requests is told when there are more", async () => {
    const port = await start({ requestsPerMinute: 3 });
    for (let i = 0; i < 3; i++) expect((await ask(port, "/bytes/1")).status).toBe(200);
    const refused = await ask(port, "/bytes/1");
    expect(refused.status).toBe(429);
    expect(refused.text).toMatch(
      /^this address has made its 3 requests of the minute: try again in \d+ s\n$/,
    );
    expect(refused.again).toBeGreaterThan(0);
    expect(refused.again).toBeLessThanOrEqual(61);
  });

  it("its connections is told so on as many again, and refused any more", async () => {
    const port = await start({ connections: 3 });
    const held = [];
    for (let i = 0; i < 3; i++) held.push(await open(port));
    await until(() => server!.openConnections === 3);
    const told = await ask(port, "/bytes/1");
    expect(told.status).toBe(429);
    expect(told.text).toMatch(/^this address has 3 connections open, as many as it may: try again in 5 s\n$/);
    await until(() => server!.openConnections === 3);
    for (let i = 0; i < 3; i++) held.push(await open(port));
    await until(() => server!.openConnections === 6);
    expect(await (await open(port)).isRefused).toBe(true);
    expect(server!.counters.connectionsRefused).toBe(1);
    for (const { socket } of held) socket.destroy();
    await until(() => server!.openConnections === 0);
    expect((await ask(port, "/bytes/1")).status).toBe(200);
  });

  it("its waits is told so, and may wait again when one is over", async () => {
    const port = await start({ waits: 2, waitSeconds: 3 });
    const startedMs = performance.now();
    const waiting = [ask(port, "/wait/1"), ask(port, "/wait/1")];
    await until(() => server!.counters.waits === 2);
    expect(await ask(port, "/wait/1")).toMatchObject({ status: 429, again: expect.any(Number) });
    expect(await ask(port, "/wait/4")).toMatchObject({
      status: 400,
      text: "4 s are too long: at most 3 s\n",
    });
    expect(await ask(port, "/bytes/10")).toMatchObject({ status: 200 });
    for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject({ status: 200, text: "" });
    expect(performance.now() - startedMs).toBeGreaterThan(990);
    expect((await ask(port, "/wait/0")).status).toBe(200);
  });

  it("the connections of all is refused, and another too, until some end", async () => {
    const port = await start({ allConnections: 2 });
    const held = [await open(port), await open(port)];
    await until(() => server!.openConnections === 2);
    await expect(ask(port, "/", { localAddress: "127.0.0.9" })).rejects.toThrow();
    for (const { socket } of held) socket.destroy();
    await until(() => server!.openConnections === 0);
    expect((await ask(port, "/")).status).toBe(200);
  });
});

describe("a connection", () => {
  // Other systems have no more than 127.0.0.1 on loopback.
  it.runIf(process.platform === "linux")(
    "is one by both its ends: what else comes from its port stays",
    async () => {
      const port = await start({}, "0.0.0.0");
      const from = { port, localAddress: LOOPBACK };
      const other = connect({ ...from, host: "127.0.0.2" });
      await once(other, "connect");
      const socket = connect({ ...from, host: "127.0.0.3", localPort: other.localPort! });
      await once(socket, "connect");
      await until(() => server!.openConnections === 2);
      other.destroy();
      await until(() => server!.openConnections === 1);
      socket.end("GET /bytes/1 HTTP/1.1\r\nconnection: close\r\n\r\n");
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 /);
    },
  );

  it("that never finishes its head ends, plain and in TLS", async () => {
    const port = await start({ headersMs: 200, handshakeMs: 200 });
    for (const one of [port, server!.port]) {
      const { socket, isRefused } = await open(one);
      const drip = setInterval(() => socket.write("G"), 50);
      socket.resume();
      expect(await isRefused).toBe(true);
      clearInterval(drip);
    }
    const { socket, isRefused } = await open(port);
    socket.resume();
    expect(await isRefused).toBe(true);
    await until(() => server!.openConnections === 0);
  });

  it("whose answer is not taken ends with the request's time", async () => {
    const port = await start({ requestMs: 300 });
    const { socket } = await open(port);
    socket.pause();
    socket.write("GET /bytes/50000000 HTTP/1.1\r\n\r\n");
    await until(() => server!.counters.requests === 1);
    await until(() => server!.openConnections === 0);
    socket.destroy();
  });

  it("that sends an upload too slowly ends with the request's time", async () => {
    const port = await start({ requestMs: 300 });
    const { socket, isRefused } = await open(port);
    socket.write("PUT /upload HTTP/1.1\r\ncontent-length: 1000\r\n\r\n");
    const drip = setInterval(() => socket.write("x"), 50);
    socket.resume();
    expect(await isRefused).toBe(true);
    clearInterval(drip);
    await until(() => server!.openConnections === 0);
  });

  it("whose head is too large is refused", async () => {
    const port = await start({});
    const head = `GET / HTTP/1.1\r\nx: ${"y".repeat(9000)}\r\n\r\n`;
    const { socket } = await open(port);
    socket.end(head);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 431 /);
  });
});
