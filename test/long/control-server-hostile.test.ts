/**
 * Clients that mean harm: whatever they send and hold, the server stays within its bounds and serves others.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { request } from "node:https";
import { connect, createServer, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { type Random, seededRandom } from "../../src/base/random.ts";
import type { Bounds } from "../../src/probe/control-server/bounds.ts";
import { firstBytes } from "../../src/probe/control-server/byte-sequence.ts";
import { type ControlServer, startControlServer } from "../../src/probe/control-server/control-server.ts";

const LOOPBACK = "127.0.0.1";
/** Of a client that means well. */
const OTHER = "127.0.0.77";
let server: ControlServer;
let sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await server.close();
});

async function start(bounds: Partial<Bounds> = {}): Promise<void> {
  server = await startControlServer({ listen: LOOPBACK, port: 0, httpPort: 0, udpPort: 0, bounds });
}

/** A download in TLS from another address. */
async function isServed(): Promise<boolean> {
  const options = {
    host: LOOPBACK,
    localAddress: OTHER,
    port: server.port,
    path: "/bytes/100000",
    agent: false,
    rejectUnauthorized: false,
  };
  const got = await new Promise<Buffer>((resolve, reject) => {
    const asked = request(options, (response) => buffer(response).then(resolve, reject));
    asked.on("error", reject);
    asked.end();
  });
  return got.equals(firstBytes(100_000));
}

function open(port: number, localAddress: string, sent: Uint8Array | string): Promise<void> {
  const socket = connect({ port, host: LOOPBACK, localAddress });
  sockets.push(socket);
  socket.on("error", () => socket.destroy());
  return new Promise((resolve) => {
    socket.on("close", () => resolve());
    socket.on("connect", () => socket.write(sent, () => resolve()));
  });
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}

function randomBytes(random: Random, bytes: number): Buffer {
  return Buffer.from(Array.from({ length: bytes }, () => random.integer(0, 255)));
}

const UPGRADE =
  "GET /ndt/v7/upload HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n" +
  "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: net.measurementlab.ndt.v7\r\n\r\n";

/** What is sent, by the number of the connection. */
function harm(random: Random, number: number): Buffer | string {
  switch (number % 8) {
    case 0:
      return randomBytes(random, 500);
    case 1:
      return Buffer.concat([Buffer.from("1603010200010001fc0303", "hex"), randomBytes(random, 400)]);
    case 2:
      return "GET /bytes/50000000 HTTP/1.1\r\n\r\n";
    case 3:
      return "GET /bytes/1 HTTP/1.1\r\n\r\n".repeat(200);
    case 4:
      return `POST /upload HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n`;
    case 5:
      return Buffer.concat([
        Buffer.from(UPGRADE),
        Buffer.from("82ff0000000001000000", "hex"),
        Buffer.alloc(100),
      ]);
    case 6:
      return "POST /upload HTTP/1.1\r\ncontent-length: 50000000\r\n\r\nx";
    default:
      return "GET / HTTP/1.1\r\nx: ";
  }
}

describe("the server under a client that", () => {
  it("opens 500 connections and sends garbage stays alive and within the client's bounds", async () => {
    await start();
    const random = seededRandom(7);
    const ports = [server.port, server.httpPort!];
    const opened = Array.from({ length: 500 }, (_, n) => open(ports[n % 2]!, LOOPBACK, harm(random, n >> 1)));
    await Promise.all(opened);
    await until(() => server.counters.connections === 500);
    expect(server.openConnections).toBeLessThanOrEqual(80);
    expect(server.counters.connectionsRefused).toBeGreaterThan(0);
    expect(server.clients).toBe(1);
    expect(await isServed()).toBe(true);
    for (const socket of sockets) socket.destroy();
    await until(() => server.openConnections === 0);
    expect(await isServed()).toBe(true);
    expect(server.counters.notUnderstood).toBeGreaterThan(0);
    expect(server.counters.notUnderstood).toBeLessThanOrEqual(500);
  });

  it("comes from 250 addresses fills neither the table nor the connections beyond their bounds", async () => {
    await start({ allConnections: 100, clients: 120 });
    const random = seededRandom(8);
    for (let round = 0; round < 2; round++) {
      const opened = Array.from({ length: 250 }, (_, n) =>
        open(n % 2 === 0 ? server.port : server.httpPort!, `127.0.1.${n + 1}`, harm(random, n)),
      );
      await Promise.all(opened);
      expect(server.openConnections).toBeLessThanOrEqual(100);
      expect(server.clients).toBeLessThanOrEqual(120);
      for (const socket of sockets.splice(0)) socket.destroy();
      await until(() => server.openConnections === 0);
    }
    expect(server.clients).toBe(120);
    expect(await isServed()).toBe(true);
  });

  it("breaks TLS connections off at every byte leaves nothing open", async () => {
    await start({ connectionsPerMinute: 10_000 });
    const hello = await helloOf();
    for (let length = 1; length < hello.length; length += 7) {
      await open(server.port, LOOPBACK, hello.subarray(0, length));
      sockets.pop()!.destroy();
    }
    await until(() => server.openConnections === 0);
    expect(await isServed()).toBe(true);
  });

  it("floods the UDP port makes it remember nothing", async () => {
    await start();
    const random = seededRandom(9);
    const socket = createSocket("udp4");
    for (let i = 0; i < 500; i++) {
      const datagram = randomBytes(random, random.integer(0, 300));
      await new Promise((resolve) => socket.send(datagram, server.udpPort!, LOOPBACK, resolve));
    }
    await until(() => server.counters.datagramsIgnored > 0);
    socket.close();
    expect(server.counters.datagramsEchoed).toBe(0);
    expect(server.clients).toBe(0);
    expect(await isServed()).toBe(true);
  });
});

/** The bytes that a TLS client begins with. */
async function helloOf(): Promise<Buffer> {
  const listener = createServer().listen(0, LOOPBACK);
  await once(listener, "listening");
  const { port } = listener.address() as { port: number };
  const client = connectTls({ port, host: LOOPBACK, servername: "twitter.com" });
  client.on("error", () => {});
  const [taken] = (await once(listener, "connection")) as [Socket];
  const [hello] = (await once(taken, "data")) as [Buffer];
  client.destroy();
  taken.destroy();
  listener.close();
  return hello;
}
