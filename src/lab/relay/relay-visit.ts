/**
 * A visit through a client's entry, over real sockets and real TLS: the same steps, time-outs and words for failures as
 * visit/visit-site.ts. What only the kernel knows is absent: no RTT; bytes are those of the client's socket, and for an
 * upload those that the relay has brought to the server.
 */
import { request as httpRequest, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { Operation } from "../../observation/vocabulary.ts";
import { objectBody } from "../sites/object-body.ts";
import { failureName } from "../visit/failure-name.ts";
import type { LookUp } from "../visit/look-up.ts";
import type { VisitOutcome, VisitRequest } from "../visit/visit.ts";
import { FAILURE_HEADER } from "./relay-entry.ts";

const LOOPBACK = "127.0.0.1";
const HTTPS_PORT = 443;
const HTTP_PORT = 80;
const SAMPLE_EVERY_MS = 100;
const LOOK_UP_TIMEOUT_MS = 8000;
const CONNECT_TIMEOUT_MS = 10_000;
const HANDSHAKE_TIMEOUT_MS = 15_000;
const TIME_OUT = "generic_timeout_error";

export interface RelayVisitPlace {
  /** Of the client's entry. */
  readonly entryPort: number;
  /** Certificate of the laboratory's authority. */
  readonly authority: string;
  lookUp(name: string, version: 4 | 6, timeoutMs: number): Promise<LookUp>;
  /** Payload that has reached the server, of the connection with this port at the client's end. */
  passedUpBytes(clientPort: number): number;
  /** What the relay still holds of that connection is nobody's any more. */
  close(clientPort: number): void;
}

class StepFailed extends Error {
  readonly operation: Operation;
  readonly failure: string;
  constructor(operation: Operation, failure: string) {
    super(failure);
    this.operation = operation;
    this.failure = failure;
  }
}

type Outcome = { -readonly [K in keyof VisitOutcome]: VisitOutcome[K] };

/** Resolves always, at the latest a little after the request's time-out; a time-out keeps what arrived. */
export async function visitThroughRelay(
  request: VisitRequest,
  place: RelayVisitPlace,
): Promise<VisitOutcome> {
  const startedAt = performance.now();
  const steps: { operation: Operation; durationUs: number }[] = [];
  const outcome: Outcome = { steps, totalUs: 0, bytes: 0, samples: [] };
  const left = (most: number): number =>
    Math.max(1, Math.min(most, request.timeoutMs - (performance.now() - startedAt)));
  const step = async <T>(
    operation: Operation,
    mostMs: number,
    work: (timeoutMs: number) => Promise<T>,
  ): Promise<T> => {
    const from = performance.now();
    try {
      const result = await work(left(mostMs));
      steps.push({ operation, durationUs: Math.round((performance.now() - from) * 1000) });
      return result;
    } catch (error) {
      throw error instanceof StepFailed ? error : new StepFailed(operation, failureName(error));
    }
  };
  let tcp: Socket | undefined;
  try {
    const address =
      request.address ?? (await step("resolve", LOOK_UP_TIMEOUT_MS, (ms) => resolveName(request, place, ms)));
    outcome.address = address;
    const port = request.port ?? HTTPS_PORT;
    const target = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
    const socket = await step("connect", CONNECT_TIMEOUT_MS, (ms) => openTunnel(place.entryPort, target, ms));
    tcp = socket;
    const stream =
      port === HTTP_PORT
        ? socket
        : await step("tls_handshake", HANDSHAKE_TIMEOUT_MS, (ms) =>
            shakeHands(socket, request.name, place.authority, ms),
          );
    await transfer(request, stream, socket, place, outcome, left(request.timeoutMs));
  } catch (error) {
    const failed =
      error instanceof StepFailed ? error : new StepFailed("http_round_trip", failureName(error));
    outcome.operation = failed.operation;
    outcome.failure = failed.failure;
  } finally {
    if (tcp?.localPort !== undefined) place.close(tcp.localPort);
    tcp?.destroy();
  }
  outcome.totalUs = Math.round((performance.now() - startedAt) * 1000);
  return outcome;
}

async function resolveName(
  request: VisitRequest,
  place: RelayVisitPlace,
  timeoutMs: number,
): Promise<string> {
  const answer = await place.lookUp(request.name, request.version ?? 4, timeoutMs);
  if (answer.kind === "failure") throw new StepFailed("resolve", answer.failure);
  return answer.addresses[0]!;
}

function openTunnel(entryPort: number, target: string, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest({
      host: LOOPBACK,
      port: entryPort,
      method: "CONNECT",
      path: target,
      agent: false,
    });
    const fail = (failure: string): void => {
      clearTimeout(timer);
      asked.destroy();
      reject(new StepFailed("connect", failure));
    };
    const timer = setTimeout(() => fail(TIME_OUT), timeoutMs);
    asked.on("connect", (response: IncomingMessage, socket: Socket) => {
      clearTimeout(timer);
      socket.on("error", () => {});
      if (response.statusCode === 200) resolve(socket);
      else fail(String(response.headers[FAILURE_HEADER] ?? "connection_refused"));
    });
    asked.on("error", (error) => fail(failureName(error)));
    asked.end();
  });
}

function shakeHands(socket: Socket, servername: string, ca: string, timeoutMs: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const tls = connectTls({ socket, servername, ca, ALPNProtocols: ["http/1.1"] });
    const timer = setTimeout(() => {
      reject(new StepFailed("tls_handshake", TIME_OUT));
      tls.destroy();
    }, timeoutMs);
    tls.once("secureConnect", () => {
      clearTimeout(timer);
      resolve(tls);
    });
    tls.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    tls.once("close", () => {
      clearTimeout(timer);
      reject(new StepFailed("tls_handshake", "eof_error"));
    });
  });
}

function transfer(
  request: VisitRequest,
  stream: Socket,
  tcp: Socket,
  place: RelayVisitPlace,
  outcome: Outcome,
  timeoutMs: number,
): Promise<void> {
  const isUpload = request.direction === "up";
  const { localPort = 0 } = tcp;
  const startedAt = performance.now();
  const samples: { elapsedUs: number; bytes: number }[] = [];
  const count = (): number => (isUpload ? place.passedUpBytes(localPort) : tcp.bytesRead);
  const startBytes = count();
  const sample = (): void => {
    const elapsedUs = Math.round((performance.now() - startedAt) * 1000);
    samples.push({ elapsedUs, bytes: Math.max(samples.at(-1)?.bytes ?? 0, count() - startBytes) });
  };
  return new Promise<void>((resolve, reject) => {
    const ticker = setInterval(sample, SAMPLE_EVERY_MS);
    const timer = setTimeout(() => finish(new StepFailed("read", TIME_OUT)), timeoutMs);
    let isOver = false;
    const finish = (failed?: StepFailed): void => {
      if (isOver) return;
      isOver = true;
      clearInterval(ticker);
      clearTimeout(timer);
      sample();
      outcome.samples = samples;
      outcome.bytes = samples.at(-1)!.bytes;
      outcome.transferUs = samples.at(-1)!.elapsedUs;
      asked.destroy();
      if (failed) reject(failed);
      else resolve();
    };
    let broken: Error | undefined;
    stream.on("error", (error) => {
      broken = error;
    });
    const asked = httpRequest({
      createConnection: () => stream,
      method: isUpload ? "POST" : "GET",
      path: request.path,
      headers: {
        host: request.name,
        connection: "close",
        ...(isUpload ? { "content-length": request.bytes ?? 0 } : {}),
      },
    });
    asked.on("response", (response) => {
      outcome.statusCode = response.statusCode ?? 0;
      response.resume();
      response.on("end", () => finish());
      response.on("error", () => finish(new StepFailed("read", broken ? failureName(broken) : "eof_error")));
    });
    // Node calls an end before the answer a reset ("socket hang up"): the socket knows better.
    asked.on("error", () =>
      finish(new StepFailed("http_round_trip", broken ? failureName(broken) : "eof_error")),
    );
    if (isUpload) objectBody(request.bytes ?? 0, false).pipe(asked);
    else asked.end();
  });
}
