/**
 * One HTTP request, by any name (Host is not looked at):
 *   GET /              what this server is
 *   GET /bytes/N       N bytes that cannot be compressed (byte-sequence.ts); ?inverted gives them inverted bit by bit
 *                      ?pace=R paces them at R bit/s, a packet at a time (host/paced-bytes.ts)
 *   GET /wait/SECONDS  nothing, after so long (answer-wait.ts)
 *   POST, PUT /upload  takes the body, forgets it and says how many bytes came
 *   GET /ports         what it listens on
 *   POST /udp-token    a token for the UDP echo (udp-token.ts)
 *   HEAD, OPTIONS      as for GET; preflight of a browser
 * Nothing that a client names is ever contacted or read. A request ends within bounds.requestMs.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { formatBytes } from "../../base/units.ts";
import { readPace, sendBody } from "../../host/paced-bytes.ts";
import { answerWait, waitSecondsOf } from "./answer-wait.ts";
import { ByteSequence } from "./byte-sequence.ts";
import { FRONT_PAGE } from "./front-page.ts";
import {
  COMMON_HEADERS,
  hasBody,
  refuse,
  tooManyBytes,
  tooManyConnections,
  tooManyRequests,
} from "./refusal.ts";
import type { Guest, Service } from "./service.ts";
import { takeUpload } from "./take-upload.ts";
import { makeToken, TOKEN_SECONDS } from "./udp-token.ts";

const PREFLIGHT_SECONDS = "86400";

export function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  guest: Guest,
  service: Service,
): void {
  const { bounds, table, counters, nowMs } = service;
  const { method = "GET", url = "/" } = request;
  const waitMs = 1000 * Math.min(bounds.waitSeconds, waitSecondsOf(url) ?? 0);
  const timer = setTimeout(() => request.socket.destroy(), bounds.requestMs + waitMs);
  response.on("close", () => clearTimeout(timer));
  response.on("error", () => {});
  counters.requests++;
  const againInMs = guest.isExcess ? 0 : table.takeRequest(guest.client, nowMs());
  if (guest.isExcess || againInMs > 0) {
    counters.requestsRefused++;
    refuse(
      request,
      response,
      guest.isExcess ? tooManyConnections(bounds) : tooManyRequests(bounds, againInMs),
    );
    return;
  }
  if (!url.startsWith("/") && !(method === "OPTIONS" && url === "*")) {
    refuse(request, response, { status: 400, line: "this is a measurement server and no proxy" });
    return;
  }
  const [path = "/", query = ""] = url.split("?", 2);
  if (!isUpload(method, path) && hasBody(request)) {
    // Node would read it to its end, whatever its length.
    refuse(request, response, { status: 413, line: "only /upload takes a body" });
    return;
  }
  if (method === "OPTIONS") {
    response.writeHead(204, {
      ...COMMON_HEADERS,
      "access-control-allow-methods": "GET, HEAD, POST, PUT, OPTIONS",
      "access-control-allow-headers": "*",
      "access-control-max-age": PREFLIGHT_SECONDS,
    });
    response.end();
  } else if (method === "GET" || method === "HEAD") {
    answerGet(request, response, path, query, guest, service);
  } else if (isUpload(method, path)) {
    takeUpload(request, response, guest, service);
  } else if (method === "POST" && path === "/udp-token") {
    counters.tokens++;
    const token = makeToken(service.secret, guest.address, nowMs()).toString("hex");
    sendText(response, "application/json", `${JSON.stringify({ token, seconds: TOKEN_SECONDS })}\n`);
  } else {
    refuse(request, response, { status: 405, line: `${method} is not for this place` });
  }
}

function isUpload(method: string, path: string): boolean {
  return (method === "POST" || method === "PUT") && path === "/upload";
}

function answerGet(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: string,
  guest: Guest,
  service: Service,
): void {
  const { downloadBytes } = service.bounds;
  const seconds = waitSecondsOf(path);
  const asked = /^\/bytes\/(\d{1,15})$/.exec(path);
  if (path === "/") sendText(response, "text/html; charset=utf-8", FRONT_PAGE);
  else if (path === "/ports") sendText(response, "application/json", `${JSON.stringify(service.ports)}\n`);
  else if (seconds !== undefined) answerWait(request, response, seconds, guest, service);
  else if (!asked)
    refuse(request, response, { status: 404, line: "there is nothing here: see / for what there is" });
  else if (Number(asked[1]) > downloadBytes) {
    const line = `${asked[1]} bytes are too many: at most ${downloadBytes} (${formatBytes(downloadBytes)}) at once`;
    refuse(request, response, { status: 400, line });
  } else sendBytes(request, response, Number(asked[1]), query, guest, service);
}

function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: number,
  query: string,
  { client }: Guest,
  { bounds, table, counters, nowMs }: Service,
): void {
  const options = new URLSearchParams(query);
  const pace = readPace(options, bytes, bounds.requestMs);
  if (typeof pace === "string") {
    refuse(request, response, { status: 400, line: pace });
    return;
  }
  // All at the beginning: a transfer that were cut later would look like a blocked one to who measures.
  const reserved = table.reserveBytes(client, request.method === "HEAD" ? 0 : bytes, nowMs());
  if (!reserved) {
    counters.requestsRefused++;
    const left = table.bytesLeft(client, nowMs());
    refuse(request, response, tooManyBytes(bounds, left, table.bytesAgainInMs(client, nowMs())));
    return;
  }
  response.writeHead(200, {
    ...COMMON_HEADERS,
    "content-type": "application/octet-stream",
    "content-length": bytes,
  });
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  counters.downloads++;
  const body = new ByteSequence(bytes, options.has("inverted"));
  const done = (): void => {
    counters.bytesOut += body.producedBytes;
    table.giveBack(reserved, bytes - body.producedBytes);
  };
  sendBody(body, response, pace, done);
}

function sendText(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, {
    ...COMMON_HEADERS,
    "content-type": type,
    "content-length": Buffer.byteLength(text),
  });
  // For HEAD Node leaves the body out.
  response.end(text);
}
