import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { seededRandom } from "../../base/random.ts";
import { type ControlServer, startControlServer } from "./control-server.ts";

const LOOPBACK = "127.0.0.1";
const OTHER = "127.0.0.2";
const TOKEN_BYTES = 16;
let server: ControlServer;
let client: Socket;
let arrived: Buffer[];

async function socketAt(address: string): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", (datagram) => arrived.push(datagram));
  socket.bind({ port: 0, address });
  await once(socket, "listening");
  return socket;
}

beforeEach(async () => {
  arrived = [];
  server = await startControlServer({ port: 0, httpPort: 0, udpPort: 0, bounds: { datagramsPerSecond: 10 } });
  client = await socketAt(LOOPBACK);
});
afterEach(async () => {
  client.close();
  await server.close();
});

function token(): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = {
      host: LOOPBACK,
      port: server.httpPort!,
      path: "/udp-token",
      method: "POST",
      agent: false,
    };
    request(options, (response) => {
      text(response).then((body) => {
        const { token, seconds } = JSON.parse(body) as { token: string; seconds: number };
        expect(seconds).toBe(60);
        resolve(Buffer.from(token, "hex"));
      }, reject);
    }).end();
  });
}

function send(datagram: Uint8Array, from = client): void {
  from.send(datagram, server.udpPort!, LOOPBACK);
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Until the server has seen so many. */
function seen(datagrams: number): Promise<void> {
  const { counters } = server;
  return until(() => counters.datagramsEchoed + counters.datagramsIgnored === datagrams);
}

describe("the UDP echo", () => {
  it("gives back the payload behind a token, shorter than what came", async () => {
    const proof = await token();
    expect(proof.length).toBe(TOKEN_BYTES);
    for (const length of [1, 100, 1200, 9000]) {
      const payload = Buffer.alloc(length, length & 0xff);
      arrived = [];
      send(Buffer.concat([proof, payload]));
      await until(() => arrived.length > 0);
      expect(arrived).toEqual([payload]);
    }
    expect(server.counters.datagramsEchoed).toBe(4);
  });

  it("is silent to another address with the same token, and remembers nothing of it", async () => {
    const proof = await token();
    const known = server.clients;
    const thief = await socketAt(OTHER);
    send(Buffer.concat([proof, Buffer.from("to whom?")]), thief);
    await seen(1);
    thief.close();
    expect(server.counters.datagramsIgnored).toBe(1);
    expect(server.clients).toBe(known);
    expect(arrived).toEqual([]);
  });

  it("is silent to everything else, and counts QUIC", async () => {
    const proof = await token();
    const random = seededRandom(5);
    const wrong = Buffer.from(proof);
    wrong[3]! ^= 1;
    const initial = Buffer.concat([Buffer.from("c30000000108", "hex"), Buffer.alloc(1194)]);
    const silent = [
      Buffer.alloc(0),
      proof,
      proof.subarray(0, 15),
      Buffer.concat([wrong, Buffer.from("payload")]),
      initial,
      ...Array.from({ length: 50 }, (_, n) =>
        Buffer.from(Array.from({ length: n }, () => random.integer(0, 255))),
      ),
    ];
    for (const datagram of silent) send(datagram);
    await seen(silent.length);
    expect(server.counters.datagramsEchoed).toBe(0);
    expect(server.counters.quicInitials).toBe(1);
    send(Buffer.concat([proof, Buffer.from("still alive")]));
    await until(() => arrived.length > 0);
    expect(arrived.map(String)).toEqual(["still alive"]);
  });

  it("echoes a bounded number of datagrams a second", async () => {
    const proof = await token();
    const datagram = Buffer.concat([proof, Buffer.alloc(8)]);
    for (let i = 0; i < 60; i++) send(datagram);
    await seen(60);
    // They may lie in more than one second.
    expect(server.counters.datagramsIgnored).toBeGreaterThan(0);
  });
});
