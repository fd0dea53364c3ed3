/**
 * Carries a visit out over real sockets in the client's network namespace.
 */
import type { Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { TcpConnection } from "../../host/kernel/tcp-connection.ts";
import { connectTcp } from "../../host/kernel/tcp-connection.ts";
import type { Operation } from "../../observation/vocabulary.ts";
import { objectBody } from "../sites/object-body.ts";
import { failureName } from "./failure-name.ts";
import { lookUp } from "./look-up.ts";
import type { VisitOutcome, VisitRequest } from "./visit.ts";

const HTTPS_PORT = 443;
const HTTP_PORT = 80;
const SAMPLE_EVERY_MS = 100;
const LOOK_UP_TIMEOUT_MS = 8000;
const CONNECT_TIMEOUT_MS = 10_000;
const HANDSHAKE_TIMEOUT_MS = 15_000;

export interface VisitPlace {
  /** Of the client. */
  readonly network: string;
  readonly nameServer: string;
  /** Certificate of the laboratory's authority. */
  readonly authority: string;
  readonly random: () => number;
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

/** Resolves always, at the latest a little after the request's time-out; a time-out keeps what arrived. */
export async function visitSite(request: VisitRequest, place: VisitPlace): Promise<VisitOutcome> {
  const startedAt = performance.now();
  const steps: { operation: Operation; durationUs: number }[] = [];
  const outcome: { -readonly [K in keyof VisitOutcome]: VisitOutcome[K] } = {
    steps,
    totalUs: 0,
    bytes: 0,
    samples: [],
  };
  const left = (most: number): number =>
    Math.max(1, Math.min(most, request.timeoutMs - (performance.now() - startedAt)));
  const step = async <T>(operation: Operation, work: () => Promise<T>): Promise<T> => {
    const from = performance.now();
    try {
      const result = await work();
      steps.push({ operation, durationUs: Math.round((performance.now() - from) * 1000) });
      return result;
    } catch (error) {
      throw error instanceof StepFailed ? error : new StepFailed(operation, failureName(error));
    }
  };
  let connection: TcpConnection | undefined;
  try {
    const address =
      request.address ?? (await step("resolve", () => resolveName(request, place, left(LOOK_UP_TIMEOUT_MS))));
    outcome.address = address;
    const port = request.port ?? HTTPS_PORT;
    const tcp = await step("connect", () =>
      connectTcp({ network: place.network, address, port, timeoutMs: left(CONNECT_TIMEOUT_MS) }),
    );
    connection = tcp;
    tcp.socket.on("error", () => {});
    const stream =
      port === HTTP_PORT
        ? tcp.socket
        : await step("tls_handshake", () =>
            shakeHands(tcp.socket, request.name, place.authority, left(HANDSHAKE_TIMEOUT_MS)),
          );
    await transfer(request, stream, tcp, outcome, () => left(request.timeoutMs));
  } catch (error) {
    const failed =
      error instanceof StepFailed ? error : new StepFailed("http_round_trip", failureName(error));
    outcome.operation = failed.operation;
    outcome.failure = failed.failure;
  } finally {
    connection?.socket.destroy();
  }
  outcome.totalUs = Math.round((performance.now() - startedAt) * 1000);
  return outcome;
}

async function resolveName(request: VisitRequest, place: VisitPlace, timeoutMs: number): Promise<string> {
  const version = request.version ?? 4;
  const answer = await lookUp(
    place.network,
    place.nameServer,
    request.name,
    version,
    timeoutMs,
    place.random,
  );
  if (answer.kind === "failure") throw new StepFailed("resolve", answer.failure);
  return answer.addresses[0]!;
}

function shakeHands(socket: Socket, servername: string, ca: string, timeoutMs: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const tls = connectTls({ socket, servername, ca, ALPNProtocols: ["http/1.1"] });
    const timer = setTimeout(() => {
      reject(new StepFailed("tls_handshake", "generic_timeout_error"));
      tls.destroy();
    }, timeoutMs);
    tls.once("secureConnect", () => {
      clearTimeout(timer);
      resolve(tls);
    });
    tls.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    tls.once("close", () => {
      clearTimeout(timer);
      reject(new StepFailed("tls_handshake", "eof_error"));
    });
  });
}

/** Request and answer; bytes are counted by the kernel, for Node hands over whole TLS records. */
function transfer(
  request: VisitRequest,
  stream: Socket,
  tcp: TcpConnection,
  outcome: { -readonly [K in keyof VisitOutcome]: VisitOutcome[K] },
  left: () => number,
): Promise<void> {
  const isUpload = request.direction === "up";
  const count = (): number => {
    const info = tcp.info();
    return info ? (isUpload ? info.bytesAcked : info.bytesReceived) : lastCount;
  };
  let lastCount = 0;
  const startBytes = count();
  const startedAt = performance.now();
  const samples: { elapsedUs: number; bytes: number }[] = [];
  const sample = (): void => {
    lastCount = count();
    const info = tcp.info();
    if (info && info.rttUs > 0) outcome.rttUs = info.rttUs;
    samples.push({
      elapsedUs: Math.round((performance.now() - startedAt) * 1000),
      bytes: lastCount - startBytes,
    });
  };
  return new Promise<void>((resolve, reject) => {
    const ticker = setInterval(sample, SAMPLE_EVERY_MS);
    const timer = setTimeout(() => finish(new StepFailed("read", "generic_timeout_error")), left());
    let isOver = false;
    const finish = (failed?: Error): void => {
      if (isOver) return;
      isOver = true;
      clearInterval(ticker);
      clearTimeout(timer);
      sample();
      outcome.samples = samples;
      outcome.bytes = samples.at(-1)!.bytes;
      outcome.transferUs = samples.at(-1)!.elapsedUs;
      if (failed) reject(failed);
      else resolve();
    };
    const answer = new AnswerReader();
    stream.on("data", (piece: Buffer) => {
      answer.take(piece);
      if (answer.statusCode !== undefined) outcome.statusCode = answer.statusCode;
      if (answer.isWhole) finish();
    });
    stream.on("error", (error) =>
      finish(new StepFailed(answer.statusCode ? "read" : "http_round_trip", failureName(error))),
    );
    const close = (): void => {
      if (answer.endsWithConnection) finish();
      else finish(new StepFailed(answer.statusCode ? "read" : "http_round_trip", "eof_error"));
    };
    stream.on("end", close);
    stream.on("close", close);
    const head = `${isUpload ? "POST" : "GET"} ${request.path} HTTP/1.1\r\nHost: ${request.name}\r\nConnection: close\r\n`;
    if (isUpload) {
      stream.write(`${head}Content-Length: ${request.bytes ?? 0}\r\n\r\n`);
      objectBody(request.bytes ?? 0, false).pipe(stream, { end: false });
    } else stream.write(`${head}\r\n`);
  });
}

const LONGEST_HEAD = 65_536;

/** Enough of HTTP/1.1 to know when an answer with a Content-Length is whole. */
class AnswerReader {
  statusCode: number | undefined;
  isWhole = false;

  /** Without a length the answer ends when the server closes (RFC 9112, section 6.3). */
  get endsWithConnection(): boolean {
    return this.isWhole || (this.statusCode !== undefined && this.#wanted === undefined);
  }

  #head = "";
  #bodyBytes = 0;
  #wanted: number | undefined;

  take(piece: Buffer): void {
    if (this.statusCode === undefined) {
      this.#head += piece.toString("latin1");
      const end = this.#head.indexOf("\r\n\r\n");
      if (end < 0) {
        if (this.#head.length > LONGEST_HEAD) this.isWhole = true;
        return;
      }
      this.statusCode = Number(/^HTTP\/1\.\d (\d{3})/.exec(this.#head)?.[1] ?? 0);
      const length = /\r\ncontent-length: *(\d+)/i.exec(this.#head.slice(0, end));
      this.#wanted = length ? Number(length[1]) : undefined;
      this.#bodyBytes = this.#head.length - end - 4;
      this.#head = "";
    } else this.#bodyBytes += piece.length;
    if (this.#wanted !== undefined && this.#bodyBytes >= this.#wanted) this.isWhole = true;
  }
}
