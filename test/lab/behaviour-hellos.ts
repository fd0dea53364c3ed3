/**
 * TLS as Node's own library speaks it, with what a user can do about the hello: nothing, split it over two segments, or
 * make it longer than one.
 */
import { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { connectTcp, type TcpConnection } from "../../src/host/kernel/tcp-connection.ts";

export const HELLO_KINDS = ["plain", "split", "padded"] as const;
export type HelloKind = (typeof HELLO_KINDS)[number];

export interface Download {
  /** Path of the client's network namespace. */
  readonly network: string;
  readonly address: string;
  readonly servername: string;
  readonly ca: string;
  readonly hello: HelloKind;
  readonly bytes: number;
  readonly timeoutMs: number;
}

/** Behind the record header and before the name. */
const SPLIT_AT = 40;
const BETWEEN_HALVES_MS = 50;
/** Protocol names that nobody speaks: 1.9 kB of them. */
const PADDING = Array.from({ length: 120 }, (_, index) => `unspoken-${String(index).padStart(6, "0")}`);

/** How long the bytes took from the first one asked for, in ms. Rejects when they do not come in time. */
export async function download(request: Download): Promise<number> {
  const { network, address, servername, ca, hello, bytes, timeoutMs } = request;
  const tcp = await connectTcp({ network, address, port: 443, timeoutMs });
  try {
    return await new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${servername}: no answer in time`)), timeoutMs);
      const tls = connectTls({
        socket: hello === "split" ? splitFirst(tcp) : tcp.socket,
        ...{ servername, ca },
        ALPNProtocols: ["http/1.1", ...(hello === "padded" ? PADDING : [])],
      });
      let startedAt = 0;
      tls.once("secureConnect", () => {
        startedAt = performance.now();
        tls.write(`GET /bytes/${bytes} HTTP/1.1\r\nHost: ${servername}\r\nConnection: close\r\n\r\n`);
      });
      let received = 0;
      tls.on("data", (data: Buffer) => {
        received += data.length;
        if (received < bytes) return;
        clearTimeout(timer);
        resolve(performance.now() - startedAt);
      });
      tls.once("error", reject);
    });
  } finally {
    tcp.socket.destroy();
  }
}

/** The connection as a stream whose first write goes out as two segments. */
function splitFirst({ socket }: TcpConnection): Duplex {
  socket.setNoDelay(true);
  let isFirst = true;
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      if (!isFirst) {
        socket.write(chunk, done);
        return;
      }
      isFirst = false;
      socket.write(chunk.subarray(0, SPLIT_AT));
      void sleep(BETWEEN_HALVES_MS).then(() => socket.write(chunk.subarray(SPLIT_AT), done));
    },
  });
  socket.on("data", (data) => stream.push(data));
  socket.on("end", () => stream.push(null));
  socket.on("error", (error) => stream.destroy(error));
  return stream;
}
