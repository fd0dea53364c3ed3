/**
 * A request to go over to WebSocket: an ndt7 test, or a refusal in HTTP and the end of the connection.
 */
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { LONGEST_QUERY, NDT7_PROTOCOL, type Ndt7Test, ndt7TestOf } from "./ndt7-messages.ts";
import { Ndt7Session } from "./ndt7-session.ts";
import {
  type Refusal,
  refusalHeaders,
  refusalText,
  tooManyBytes,
  tooManyConnections,
  tooManyRequests,
} from "./refusal.ts";
import type { Guest, Service } from "./service.ts";
import { acceptKey } from "./websocket-frames.ts";

/** A test with fewer bytes left would say nothing. */
const LEAST_NDT7_BYTES = 1_000_000;
const KEY = /^[A-Za-z0-9+/]{22}==$/;
const LINGER_MS = 2000;

/** `early`: bytes that came behind the request's head. */
export function answerUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  early: Buffer,
  guest: Guest,
  service: Service,
): void {
  socket.on("error", () => socket.destroy());
  service.counters.requests++;
  const refusal = refusalOf(request, guest, service);
  if (refusal) {
    if (refusal.status === 429) service.counters.requestsRefused++;
    endWith(socket, refusal);
    return;
  }
  const accept = acceptKey(request.headers["sec-websocket-key"]!);
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n` +
      `sec-websocket-accept: ${accept}\r\nsec-websocket-protocol: ${NDT7_PROTOCOL}\r\n\r\n`,
  );
  service.counters.ndt7Tests++;
  new Ndt7Session(testOf(request)!, socket, guest, service).start(early);
}

function refusalOf(
  request: IncomingMessage,
  { client, isExcess }: Guest,
  { bounds, table, nowMs }: Service,
): Refusal | undefined {
  if (isExcess) return tooManyConnections(bounds);
  const againInMs = table.takeRequest(client, nowMs());
  if (againInMs > 0) return tooManyRequests(bounds, againInMs);
  const line = whyNoNdt7(request);
  if (line) return { status: 400, line };
  const left = table.bytesLeft(client, nowMs());
  if (left < Math.min(LEAST_NDT7_BYTES, bounds.bytesPerHour))
    return tooManyBytes(bounds, left, table.bytesAgainInMs(client, nowMs()));
  return undefined;
}

function testOf({ url = "" }: IncomingMessage): Ndt7Test | undefined {
  return ndt7TestOf(url.split("?", 1)[0]!);
}

/** RFC 6455, section 4.2.1, and ndt7's own conditions. */
function whyNoNdt7(request: IncomingMessage): string | undefined {
  const { headers, method, url = "" } = request;
  const protocols = (headers["sec-websocket-protocol"] ?? "").split(",").map((one) => one.trim());
  if (!testOf(request)) return "only ndt7 goes over to another protocol: /ndt/v7/download and /ndt/v7/upload";
  if (method !== "GET" || headers.upgrade?.toLowerCase() !== "websocket") return "ndt7 needs WebSocket";
  if (headers["sec-websocket-version"] !== "13" || !KEY.test(headers["sec-websocket-key"] ?? ""))
    return "this is no WebSocket of version 13";
  if (!protocols.includes(NDT7_PROTOCOL)) return `ndt7 needs the WebSocket subprotocol ${NDT7_PROTOCOL}`;
  if (url.length - url.indexOf("?") > LONGEST_QUERY) return "the query is too long";
  return undefined;
}

/** Also where there is no request that Node could answer. */
export function endWith(socket: Duplex, refusal: Refusal): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const text = refusalText(refusal);
  const headers = { ...refusalHeaders(refusal), "content-length": String(Buffer.byteLength(text)) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\n${lines.join("")}\r\n${text}`);
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.on("close", () => clearTimeout(timer));
  socket.on("end", () => socket.destroy());
  socket.resume();
}
