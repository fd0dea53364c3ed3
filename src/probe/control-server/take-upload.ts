/**
 * The upload sink: counts what comes, forgets it, and answers {"bytes": n}. At most bounds.uploadBytes, and what is left
 * of the client's hour; of a declared length that is known, and said, before the first byte.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { formatBytes } from "../../base/units.ts";
import { COMMON_HEADERS, type Refusal, refuse, tooManyBytes } from "./refusal.ts";
import type { Guest, Service } from "./service.ts";

export function takeUpload(
  request: IncomingMessage,
  response: ServerResponse,
  { client }: Guest,
  { bounds, table, counters, nowMs }: Service,
): void {
  const declared = Number(request.headers["content-length"] ?? 0);
  let bytes = 0;
  let isOver = false;
  const refuseFor = (refusal: Refusal): void => {
    isOver = true;
    counters.requestsRefused++;
    refuse(request, response, refusal);
  };
  const tooLarge = (): void =>
    refuseFor({ status: 413, line: `an upload is at most ${formatBytes(bounds.uploadBytes)}` });
  const usedUp = (): void => {
    const left = table.bytesLeft(client, nowMs());
    refuseFor(tooManyBytes(bounds, left, table.bytesAgainInMs(client, nowMs())));
  };
  if (declared > bounds.uploadBytes) {
    tooLarge();
    return;
  }
  const reserved = table.reserveBytes(client, declared, nowMs());
  if (!reserved || (declared === 0 && table.bytesLeft(client, nowMs()) <= 0)) {
    usedUp();
    return;
  }
  if (request.headers.expect !== undefined) response.writeContinue();
  counters.uploads++;
  request.on("data", (piece: Buffer) => {
    if (isOver) return;
    bytes += piece.length;
    counters.bytesIn += piece.length;
    if (bytes > bounds.uploadBytes) tooLarge();
    else if (bytes > declared && !table.reserveBytes(client, piece.length, nowMs())) usedUp();
  });
  request.on("end", () => {
    if (isOver) return;
    isOver = true;
    const text = `${JSON.stringify({ bytes })}\n`;
    response.writeHead(200, {
      ...COMMON_HEADERS,
      "content-type": "application/json",
      "content-length": text.length,
    });
    response.end(text);
  });
  request.on("error", () => {});
  request.on("close", () => table.giveBack(reserved, Math.max(0, declared - bytes)));
}
