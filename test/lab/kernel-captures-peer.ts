/**
 * The programs of a kernel capture, each in a namespace of its own:
 *   serve PORT [RATE_BPS]                answers a line with a number by so many bytes, paced if a rate is given
 *   fetch ADDRESS PORT BYTES FLOWS SECONDS   asks for them on so many connections; ends when all came or time is up
 *   relay LEFT RIGHT PORT DELAY_MS       a delay line: passes UDP datagrams (VXLAN's) on after the delay, in order
 * Run with the TypeScript loader; ends with the process that started it.
 */
import { createSocket } from "node:dgram";
import { connect, createServer } from "node:net";
import { performance } from "node:perf_hooks";

const CHUNK_BYTES = 65_536;
const PACE_INTERVAL_MS = 20;

function serve(port: number, rateBps: number): void {
  createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", (request) => {
      let left = Number.parseInt(request.toString("latin1"), 10);
      const zeros = Buffer.alloc(CHUNK_BYTES);
      if (rateBps > 0) {
        const atOnce = Math.ceil((rateBps * PACE_INTERVAL_MS) / 8000);
        const timer = setInterval(() => {
          const bytes = Math.min(left, atOnce);
          socket.write(Buffer.alloc(bytes));
          left -= bytes;
          if (left > 0) return;
          clearInterval(timer);
          socket.end();
        }, PACE_INTERVAL_MS);
        socket.on("close", () => clearInterval(timer));
        return;
      }
      const more = (): void => {
        while (left > 0) {
          const bytes = Math.min(left, CHUNK_BYTES);
          left -= bytes;
          if (!socket.write(zeros.subarray(0, bytes))) return void socket.once("drain", more);
        }
        socket.end();
      };
      more();
    });
  }).listen(port, () => process.stdout.write("ready\n"));
}

function fetchAll(address: string, port: number, bytes: number, flows: number, seconds: number): void {
  let open = flows;
  for (let i = 0; i < flows; i++) {
    const socket = connect(port, address, () => socket.write(`${bytes}\n`));
    socket.on("data", () => {});
    socket.on("error", () => {});
    socket.on("close", () => {
      if (--open === 0) process.exit(0);
    });
  }
  setTimeout(() => process.exit(0), seconds * 1000);
}

function relay(left: string, right: string, port: number, delayMs: number): void {
  const socket = createSocket({ type: "udp4", recvBufferSize: 4_000_000, sendBufferSize: 4_000_000 });
  const waiting: { readonly dueMs: number; readonly datagram: Buffer; readonly to: string }[] = [];
  let armed = false;
  const release = (): void => {
    armed = false;
    const now = performance.now();
    let count = 0;
    while (count < waiting.length && waiting[count]!.dueMs <= now) {
      const { datagram, to } = waiting[count++]!;
      socket.send(datagram, port, to);
    }
    waiting.splice(0, count);
    arm();
  };
  const arm = (): void => {
    if (armed || waiting.length === 0) return;
    armed = true;
    const remainingMs = waiting[0]!.dueMs - performance.now();
    // Timers tick in whole milliseconds; the last one is waited out.
    if (remainingMs > 1.5) setTimeout(release, remainingMs - 1);
    else setImmediate(release);
  };
  socket.on("message", (datagram, { address }) => {
    waiting.push({ dueMs: performance.now() + delayMs, datagram, to: address === left ? right : left });
    arm();
  });
  socket.bind(port, () => process.stdout.write("ready\n"));
}

const [role, ...rest] = process.argv.slice(2);
const numberAt = (index: number): number => Number(rest[index] ?? 0);
if (role === "serve") serve(numberAt(0), numberAt(1));
else if (role === "fetch") fetchAll(rest[0]!, numberAt(1), numberAt(2), numberAt(3), numberAt(4));
else if (role === "relay") relay(rest[0]!, rest[1]!, numberAt(2), numberAt(3));
else throw new Error(`no such role: ${role}`);
