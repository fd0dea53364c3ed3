/**
 * A TLS server on loopback that answers for any name, as its addresses say: `/object?bytes=N&bps=R` paces N bytes at R bit/s
 * (no burst), `/picture.png` is a picture at 4 Mbit/s, `/gone` closes the connection, `/moved?to=URL` redirects, `/missing` is 404.
 * `cors=1` lets pages read it. It keeps who was asked for what.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { crc32, deflateSync } from "node:zlib";
import { CertificateAuthority } from "../../src/lab/sites/certificate-authority.ts";

const EVERY_MS = 20;
/** 200 ms a picture: what a busy machine adds is little beside it. */
const PICTURE_BPS = 4_000_000;

export interface ObjectServer {
  readonly port: number;
  /** "target.example/object?...", in order. */
  readonly asked: readonly string[];
  stop(): void;
}

export async function startObjectServer(): Promise<ObjectServer> {
  const authority = await CertificateAuthority.create(Date.now());
  const asked: string[] = [];
  const server = createServer({
    SNICallback: (name, done) => {
      authority.contextFor(name, Date.now()).then((context) => done(null, context), done);
    },
  });
  server.on("request", (request, response) => {
    asked.push(`${request.headers.host}${request.url}`);
    void answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url!, "https://object.invalid");
  if (searchParams.has("cors")) response.setHeader("access-control-allow-origin", "*");
  switch (pathname) {
    case "/gone":
      request.socket.destroy();
      return;
    case "/moved":
      response.writeHead(302, { location: searchParams.get("to")! }).end();
      return;
    case "/missing":
      response.writeHead(404).end("not here");
      return;
    case "/picture.png":
      return paced(response, picture(SIDE_PX), PICTURE_BPS, "image/png");
    default:
      return paced(
        response,
        Buffer.alloc(Number(searchParams.get("bytes"))),
        Number(searchParams.get("bps")),
        "application/octet-stream",
      );
  }
}

/** Never above the rate, from the first byte on. */
async function paced(response: ServerResponse, body: Buffer, bps: number, type: string): Promise<void> {
  const bytes = body.length;
  response.writeHead(200, { "content-type": type, "content-length": bytes });
  if (bps === 0) {
    response.end(body);
    return;
  }
  response.flushHeaders();
  const startMs = performance.now();
  for (let sent = 0; sent < bytes && !response.destroyed; ) {
    await sleep(EVERY_MS);
    const due = Math.min(bytes, Math.floor(((performance.now() - startMs) * bps) / 8000));
    if (due > sent) response.write(body.subarray(sent, due));
    sent = due;
  }
  response.end();
}

export const SIDE_PX = 180;

/** A grey square, uncompressed, so that its size is near 3 x side^2. */
export function picture(side: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(side * (1 + 3 * side), 0x80);
  for (let row = 0; row < side; row++) rows[row * (1 + 3 * side)] = 0;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    ...[signature, chunk("IHDR", header), chunk("IDAT", deflateSync(rows, { level: 0 }))],
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
