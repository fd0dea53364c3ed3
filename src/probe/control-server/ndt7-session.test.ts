/**
 * ndt7 with the ws library at the other end.
 */
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { type ClientOptions, WebSocket } from "ws";
import type { Bounds } from "./bounds.ts";
import { type ControlServer, startControlServer } from "./control-server.ts";

const LOOPBACK = "127.0.0.1";
const PROTOCOL = "net.measurementlab.ndt.v7";
let server: ControlServer;
afterEach(() => server.close());

async function start(bounds: Partial<Bounds> = {}): Promise<void> {
  const short = { ndt7DownloadMs: 600, ndt7UploadMs: 600, bytesPerHour: 1e10 };
  server = await startControlServer({ port: 0, httpPort: 0, bounds: { ...short, ...bounds } });
}

interface Heard {
  binaryBytes: number;
  readonly sizes: number[];
  readonly measurements: {
    AppInfo: { ElapsedTime: number; NumBytes: number };
    Test: string;
    Origin: string;
  }[];
  readonly closed: Promise<number>;
}

function open(path: string, options: ClientOptions = {}): { socket: WebSocket; heard: Heard } {
  const url = `wss://${LOOPBACK}:${server.port}${path}`;
  const socket = new WebSocket(url, PROTOCOL, { rejectUnauthorized: false, ...options });
  const closed = once(socket, "close").then(([code]) => code as number);
  const heard: Heard = { binaryBytes: 0, sizes: [], measurements: [], closed };
  socket.on("message", (data, isBinary) => {
    if (isBinary) {
      heard.binaryBytes += (data as Buffer).length;
      heard.sizes.push((data as Buffer).length);
    } else heard.measurements.push(JSON.parse(String(data)));
  });
  socket.on("error", () => {});
  return { socket, heard };
}

describe("an ndt7 download", () => {
  it("sends growing messages and measurements, and ends", async () => {
    await start();
    const { socket, heard } = open("/ndt/v7/download?client_name=test");
    expect(await heard.closed).toBe(1000);
    expect(socket.protocol).toBe(PROTOCOL);
    expect(socket.extensions).toBe("");
    expect(heard.sizes[0]).toBe(8192);
    expect(Math.max(...heard.sizes)).toBeGreaterThan(8192);
    expect(heard.measurements.length).toBeGreaterThan(0);
    const last = heard.measurements.at(-1)!;
    expect(last).toMatchObject({ Origin: "server", Test: "download" });
    expect(last.AppInfo.ElapsedTime).toBeGreaterThanOrEqual(599_000);
    expect(last.AppInfo.NumBytes).toBeLessThanOrEqual(heard.binaryBytes);
    expect(server.counters.ndt7Tests).toBe(1);
  });

  it("answers a ping, and ends when the client closes", async () => {
    await start({ ndt7DownloadMs: 60_000 });
    const { socket, heard } = open("/ndt/v7/download");
    await once(socket, "open");
    socket.ping("are you there");
    const [pong] = (await once(socket, "pong")) as [Buffer];
    expect(String(pong)).toBe("are you there");
    socket.close();
    await heard.closed;
  });

  it("ends when the client sends binary messages", async () => {
    await start({ ndt7DownloadMs: 60_000 });
    const { socket, heard } = open("/ndt/v7/download");
    await once(socket, "open");
    socket.send(new Uint8Array(100));
    expect(await heard.closed).toBe(1003);
  });

  it("ends early with the bytes of the client's hour, and the next is told", async () => {
    await start({ ndt7DownloadMs: 60_000, bytesPerHour: 3_000_000 });
    const { heard } = open("/ndt/v7/download");
    expect(await heard.closed).toBe(1000);
    expect(heard.binaryBytes).toBeLessThanOrEqual(3_000_000);
    const { socket } = open("/ndt/v7/download");
    const [, response] = (await once(socket, "unexpected-response")) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(429);
  });
});

describe("an ndt7 upload", () => {
  it("is counted, of messages of every size", async () => {
    await start({ ndt7UploadMs: 60_000 });
    const { socket, heard } = open("/ndt/v7/upload");
    await once(socket, "open");
    const sizes = [0, 1, 125, 126, 65_535, 65_536, 1 << 20, 1 << 24];
    for (const bytes of sizes) socket.send(new Uint8Array(bytes));
    socket.send('{"AppInfo":{"NumBytes":1,"ElapsedTime":1},"Origin":"client","Test":"upload"}');
    socket.close(1000);
    expect(await heard.closed).toBe(1000);
    expect(heard.measurements.at(-1)).toMatchObject({
      AppInfo: { NumBytes: sizes.reduce((a, b) => a + b) },
      Origin: "server",
      Test: "upload",
    });
  });

  it("ends after its time", async () => {
    await start();
    const { heard } = open("/ndt/v7/upload");
    expect(await heard.closed).toBe(1000);
  });

  it("ends when a frame is none", async () => {
    await start({ ndt7UploadMs: 60_000 });
    const socket = connect(server.httpPort!, LOOPBACK);
    socket.write(
      `GET /ndt/v7/upload HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n` +
        `sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: ${PROTOCOL}\r\n\r\n` +
        "this is no frame",
    );
    await once(socket, "data");
    socket.end("more that is no frame");
    await once(socket.resume(), "close");
    expect(server.counters.ndt7Tests).toBe(1);
  });
});

describe("an upgrade", () => {
  it.each([
    ["to another path", "/elsewhere", {}, PROTOCOL],
    ["without the subprotocol", "/ndt/v7/download", {}, "chat"],
    ["of another version", "/ndt/v7/download", { "sec-websocket-version": "8" }, PROTOCOL],
    ["with a query too long", `/ndt/v7/download?x=${"y".repeat(4100)}`, {}, PROTOCOL],
    ["to another protocol", "/ndt/v7/download", { upgrade: "h2c" }, PROTOCOL],
  ])("%s is refused with 400", async (_, path, changed, protocol) => {
    await start();
    const headers = {
      upgrade: "websocket",
      connection: "upgrade",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      "sec-websocket-protocol": protocol,
      ...changed,
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const socket = connect(server.httpPort!, LOOPBACK);
    socket.write(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  });
});
