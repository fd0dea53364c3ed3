/**
 * A visit, step by step, over whatever means the laboratory's network has: look the name up, connect, shake hands,
 * transfer. Real sockets and real TLS; the outcome is data.
 */
import type { Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { failureName } from "../../observation/failure-name.ts";
import type { Operation } from "../../observation/vocabulary.ts";
import type { LookUp } from "./look-up.ts";
import { CLOSED, StepFailed, TIME_OUT } from "./step-failed.ts";
import { transferObject } from "./transfer-object.ts";
import type { VisitOutcome, VisitRequest } from "./visit.ts";

const HTTPS_PORT = 443;
const HTTP_PORT = 80;
const LOOK_UP_TIMEOUT_MS = 8000;
const CONNECT_TIMEOUT_MS = 10_000;
const HANDSHAKE_TIMEOUT_MS = 15_000;

/** A connection out of a client's network. */
export interface Connected {
  readonly socket: Socket;
  /** Payload that it has moved so far, or undefined when that is not known any more. */
  movedBytes(direction: "down" | "up"): number | undefined;
  /** Absent where nothing knows it. */
  rttUs?(): number | undefined;
  close(): void;
}

export interface VisitMeans {
  /** Certificate of the laboratory's authority. */
  readonly authority: string;
  lookUp(name: string, version: 4 | 6, timeoutMs: number): Promise<LookUp>;
  /** Rejects with a StepFailed, or with the system's error. */
  connect(address: string, port: number, timeoutMs: number): Promise<Connected>;
}

/** Resolves always, at the latest a little after the request's time-out; a time-out keeps what arrived. */
export async function carryOutVisit(request: VisitRequest, means: VisitMeans): Promise<VisitOutcome> {
  const startedAt = performance.now();
  const steps: { operation: Operation; durationUs: number }[] = [];
  let outcome: VisitOutcome = { steps, totalUs: 0, bytes: 0, samples: [] };
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
  let connected: Connected | undefined;
  try {
    const address =
      request.address ?? (await step("resolve", LOOK_UP_TIMEOUT_MS, (ms) => resolveName(request, means, ms)));
    outcome = { ...outcome, address };
    const port = request.port ?? HTTPS_PORT;
    const tcp = await step("connect", CONNECT_TIMEOUT_MS, (ms) => means.connect(address, port, ms));
    connected = tcp;
    tcp.socket.on("error", () => {});
    const stream =
      port === HTTP_PORT
        ? tcp.socket
        : await step("tls_handshake", HANDSHAKE_TIMEOUT_MS, (ms) =>
            shakeHands(tcp.socket, request.name, means.authority, ms),
          );
    const { failed, ...moved } = await transferObject(request, stream, tcp, left(request.timeoutMs));
    outcome = { ...outcome, ...moved };
    if (failed) throw failed;
  } catch (error) {
    const { operation, failure } =
      error instanceof StepFailed ? error : new StepFailed("http_round_trip", failureName(error));
    outcome = { ...outcome, operation, failure };
  } finally {
    connected?.close();
  }
  return { ...outcome, totalUs: Math.round((performance.now() - startedAt) * 1000) };
}

async function resolveName(request: VisitRequest, means: VisitMeans, timeoutMs: number): Promise<string> {
  const answer = await means.lookUp(request.name, request.version ?? 4, timeoutMs);
  if (answer.kind === "failure") throw new StepFailed("resolve", answer.failure);
  return answer.addresses[0]!;
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
      reject(new StepFailed("tls_handshake", CLOSED));
    });
  });
}
