/**
 * Request and answer of a visit over a stream that stands. Bytes are counted below TLS, for Node hands over whole records.
 */
import { request as httpRequest } from "node:http";
import type { Socket } from "node:net";
import { failureName } from "../../observation/failure-name.ts";
import { objectBody } from "../sites/object-body.ts";
import type { Connected } from "./carry-out-visit.ts";
import { CLOSED, StepFailed, TIME_OUT } from "./step-failed.ts";
import type { VisitOutcome, VisitRequest } from "./visit.ts";

const SAMPLE_EVERY_MS = 100;

type Moved = Pick<VisitOutcome, "bytes" | "samples" | "transferUs" | "statusCode" | "rttUs"> & {
  /** What ended it too early; what had moved by then is kept. */
  readonly failed?: StepFailed;
};

/** Resolves always. */
export function transferObject(
  request: VisitRequest,
  stream: Socket,
  connected: Connected,
  timeoutMs: number,
): Promise<Moved> {
  const direction = request.direction ?? "down";
  const startBytes = connected.movedBytes(direction) ?? 0;
  const startedAt = performance.now();
  const samples: { elapsedUs: number; bytes: number }[] = [];
  let rttUs: number | undefined;
  let statusCode: number | undefined;
  const sample = (): void => {
    const before = samples.at(-1)?.bytes ?? 0;
    const moved = connected.movedBytes(direction);
    const bytes = moved === undefined ? before : Math.max(before, moved - startBytes);
    samples.push({ elapsedUs: Math.round((performance.now() - startedAt) * 1000), bytes });
    rttUs = connected.rttUs?.() || rttUs;
  };
  return new Promise((resolve) => {
    const ticker = setInterval(sample, SAMPLE_EVERY_MS);
    const timer = setTimeout(() => finish(new StepFailed("read", TIME_OUT)), timeoutMs);
    let isOver = false;
    const finish = (failed?: StepFailed): void => {
      if (isOver) return;
      isOver = true;
      clearInterval(ticker);
      clearTimeout(timer);
      sample();
      asked.destroy();
      const { bytes, elapsedUs } = samples.at(-1)!;
      resolve({
        bytes,
        samples,
        transferUs: elapsedUs,
        ...(statusCode === undefined ? {} : { statusCode }),
        ...(rttUs === undefined ? {} : { rttUs }),
        ...(failed === undefined ? {} : { failed }),
      });
    };
    // Node calls an end before the answer a reset ("socket hang up"): the socket knows better.
    let broken: Error | undefined;
    stream.on("error", (error) => {
      broken = error;
    });
    const why = (): string => (broken ? failureName(broken) : CLOSED);
    const asked = httpRequest({
      createConnection: () => stream,
      method: direction === "up" ? "POST" : "GET",
      path: request.path,
      headers: {
        host: request.name,
        connection: "close",
        ...(direction === "up" ? { "content-length": request.bytes ?? 0 } : {}),
      },
    });
    asked.on("response", (response) => {
      statusCode = response.statusCode;
      response.resume();
      response.on("end", () => finish());
      response.on("error", () => finish(new StepFailed("read", why())));
    });
    asked.on("error", () => finish(new StepFailed("http_round_trip", why())));
    if (direction === "up") objectBody(request.bytes ?? 0, false).pipe(asked);
    else asked.end();
  });
}
