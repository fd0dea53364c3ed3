/**
 * GET /wait/SECONDS: an empty answer after so long, and not a packet before it. Whoever measures learns by it for how long
 * a box remembers a connection that is still. Bounds: seconds, waits of a client, waits of all.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { COMMON_HEADERS, refuse } from "./refusal.ts";
import type { Guest, Service } from "./service.ts";

const AGAIN_MS = 60_000;

/** Of `/wait/SECONDS`; undefined for any other path. */
export function waitSecondsOf(path: string): number | undefined {
  const asked = /^\/wait\/(\d{1,6})$/.exec(path);
  return asked ? Number(asked[1]) : undefined;
}

export function answerWait(
  request: IncomingMessage,
  response: ServerResponse,
  seconds: number,
  { client }: Guest,
  { bounds, table, counters }: Service,
): void {
  if (seconds > bounds.waitSeconds) {
    const line = `${seconds} s are too long: at most ${bounds.waitSeconds} s`;
    refuse(request, response, { status: 400, line });
    return;
  }
  if (!table.beginWait(client)) {
    counters.requestsRefused++;
    const line = `this address, or all together, wait for as many answers as they may`;
    refuse(request, response, { status: 429, line, againInMs: AGAIN_MS });
    return;
  }
  counters.waits++;
  // It is meant to be still.
  request.socket.setTimeout(0);
  const timer = setTimeout(() => {
    request.socket.setTimeout(bounds.requestMs);
    response.writeHead(200, { ...COMMON_HEADERS, "content-length": 0 });
    response.end();
  }, seconds * 1000);
  response.on("close", () => {
    clearTimeout(timer);
    table.endWait(client);
  });
}
