/**
 * HTTP/1.1 over one connection that stands: an object again and again, or an upload, until enough has moved or the server
 * closes. Rejects with the stream's own error when it breaks.
 */
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { isRefusal } from "../../observation/http-status.ts";
import { USER_AGENT } from "../user-agent.ts";
import type { TransferRequest, Wait } from "./transfer.ts";
import { uploadBody } from "./upload-body.ts";

export interface ExchangeWatch {
  /** What was to be waited for is over: the first request goes out. */
  begins(): void;
  answered(statusCode: number): void;
  /** Payload that is still to be moved; asked when an object is whole. */
  left(): number;
}

/** A page of 10 kB has then come to 300 kB; smaller ones say too little for what they cost a stranger's server. */
const MOST_REQUESTS = 30;

export async function exchangeObjects(
  request: TransferRequest,
  stream: Duplex,
  watch: ExchangeWatch,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let isUsed = false;
  agent.createConnection = (_, callback) => {
    // A second connection would be another flow: what a box knows of the first one would be lost. Thrown, it would reach nobody where
    // the agent asks for one because the first was closed.
    if (isUsed) {
      callback?.(new ConnectionOver(), stream);
      return undefined;
    }
    isUsed = true;
    return stream;
  };
  try {
    const { pathOf: _, ...plain } = request;
    for (const seconds of waitsOf(request.wait)) {
      const waiting = { ...plain, direction: "down" as const, path: `/wait/${seconds}` };
      const statusCode = await exchangeOne(waiting, 0, agent, stream, () => {});
      if (isRefusal(statusCode)) throw new Error(`the server does not wait (${statusCode})`);
    }
    watch.begins();
    for (let requests = 0; requests < MOST_REQUESTS; requests++) {
      const left = Math.ceil(watch.left());
      if (left === 0) return;
      const statusCode = await exchangeOne(request, left, agent, stream, (status) => watch.answered(status));
      if (isRefusal(statusCode) || stream.destroyed) return;
    }
  } catch (error) {
    if (!(error instanceof ConnectionOver)) throw error;
  } finally {
    agent.destroy();
  }
}

class ConnectionOver extends Error {}

/** How long each answer is to be waited for. */
function waitsOf(wait: Wait | undefined): number[] {
  if (!wait) return [];
  const { seconds, everySeconds = seconds } = wait;
  const times = Math.floor(seconds / everySeconds);
  return Array.from({ length: times }, () => everySeconds);
}

/** `bytes`: of an upload, or of a download from a server that gives as many as are asked for. */
function exchangeOne(
  request: TransferRequest,
  bytes: number,
  agent: Agent,
  stream: Duplex,
  answered: (statusCode: number) => void,
): Promise<number> {
  const { host, path, pathOf, direction } = request;
  return new Promise((resolve, reject) => {
    let broken: Error | undefined;
    const onError = (error: Error): void => {
      broken = error;
    };
    stream.on("error", onError);
    const fail = (error: Error): void => reject(broken ?? error);
    const asked = httpRequest({
      agent,
      method: direction === "up" ? "POST" : "GET",
      path: pathOf?.(bytes) ?? path,
      headers: {
        host,
        "user-agent": USER_AGENT,
        accept: "*/*",
        ...(direction === "up" ? { "content-length": bytes } : {}),
      },
    });
    asked.on("response", (response: IncomingMessage) => {
      answered(response.statusCode ?? 0);
      response.resume();
      response.on("end", () => {
        stream.off("error", onError);
        resolve(response.statusCode ?? 0);
      });
      response.on("error", fail);
    });
    asked.on("error", fail);
    if (direction === "up") uploadBody(bytes).pipe(asked);
    else asked.end();
  });
}
