/**
 * Answers that refuse: one line for people, and for a used-up budget when to come again.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { formatBytes } from "../../base/units.ts";
import type { Bounds } from "./bounds.ts";

/** On every answer: any page may measure here, and see the times. */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "retry-after",
  "timing-allow-origin": "*",
};

/** Of a connection above the client's number: others may end any time. */
const EXCESS_AGAIN_MS = 5000;
/** What is still read of a body that nobody wants, so that the answer is not lost to a reset. */
const LINGER_BYTES = 256_000;
const LINGER_MS = 2000;

export interface Refusal {
  readonly status: number;
  readonly line: string;
  readonly againInMs?: number;
}

export function tooManyConnections(bounds: Bounds): Refusal {
  const line = `this address has ${bounds.connections} connections open, as many as it may`;
  return { status: 429, line, againInMs: EXCESS_AGAIN_MS };
}

export function tooManyRequests(bounds: Bounds, againInMs: number): Refusal {
  const line = `this address has made its ${bounds.requestsPerMinute} requests of the minute`;
  return { status: 429, line, againInMs };
}

/** `bytesLeft`: more may have been asked for than is left. */
export function tooManyBytes(bounds: Bounds, bytesLeft: number, againInMs: number): Refusal {
  const line = `this address has ${formatBytes(bytesLeft)} left of its ${formatBytes(bounds.bytesPerHour)} an hour`;
  return { status: 429, line, againInMs };
}

export function refusalText({ line, againInMs }: Refusal): string {
  return againInMs === undefined ? `${line}\n` : `${line}: try again in ${secondsOf(againInMs)} s\n`;
}

export function refusalHeaders(refusal: Refusal): Record<string, string> {
  const headers = { ...COMMON_HEADERS, "content-type": "text/plain; charset=utf-8", connection: "close" };
  return refusal.againInMs === undefined
    ? headers
    : { ...headers, "retry-after": String(secondsOf(refusal.againInMs)) };
}

function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}

/** The connection ends with it. */
export function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const text = refusalText(refusal);
  response.writeHead(refusal.status, {
    ...refusalHeaders(refusal),
    "content-length": Buffer.byteLength(text),
  });
  const isAwaited = request.headers.expect !== undefined;
  if (request.complete || isAwaited || !hasBody(request)) {
    response.end(text);
    return;
  }
  if (request.method !== "HEAD") response.write(text);
  let bytes = 0;
  const timer = setTimeout(() => response.end(), LINGER_MS);
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  request.removeAllListeners("data");
  request.on("data", (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > LINGER_BYTES) end();
  });
  request.on("end", end);
  request.on("close", end);
}

export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
