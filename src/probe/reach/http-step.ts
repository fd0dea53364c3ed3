/**
 * One HTTP request over a stream that stands: GET, one answer, no redirects followed. Reads at most MAX_BODY_BYTES of
 * the body, and of the head what node:http allows (16 KiB). Bounded by `timeoutMs`; what arrived by then is kept.
 */
import { createHash } from "node:crypto";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { isIPv6, type Socket } from "node:net";
import { USER_AGENT } from "../user-agent.ts";
import type { ReachEffects } from "./effects.ts";
import { pageTitle } from "./page-title.ts";
import type { HttpStep, ReachTarget } from "./reach-record.ts";
import { boundedText, withFailure } from "./reach-record.ts";
import { CLOSED, stepFailure, TIME_OUT } from "./step-failure.ts";

export const MAX_BODY_BYTES = 65_536;

export type HttpLearned = Omit<HttpStep, "startedUs" | "durationUs" | "address" | "port">;

/** Resolves always. The stream is of no further use afterwards. */
export function fetchPage(
  stream: Socket,
  target: ReachTarget,
  defaultPort: number,
  timeoutMs: number,
  effects: Pick<ReachEffects, "nowUs" | "wallMs">,
): Promise<HttpLearned> {
  const startUs = effects.nowUs();
  const chunks: Buffer[] = [];
  let bodyBytes = 0;
  let head: Partial<HttpLearned> | undefined;
  // Node calls an end before the answer a reset ("socket hang up"): the stream knows better.
  let broken: unknown;
  stream.on("error", (error) => {
    broken = error;
  });
  return new Promise((resolve) => {
    let asked: ClientRequest | undefined;
    const finish = (failure?: string, isCut = false): void => {
      clearTimeout(timer);
      asked?.destroy();
      stream.destroy();
      if (!head) {
        resolve(withFailure({ operation: "http_round_trip" as const }, failure));
        return;
      }
      const body = Buffer.concat(chunks);
      const title = pageTitle(body);
      const learned: HttpLearned = {
        ...head,
        operation: "read",
        bodyBytes,
        ...(isCut ? { isCut } : {}),
        bodySha256: createHash("sha256").update(body).digest("hex"),
        ...(title === undefined ? {} : { title }),
      };
      resolve(withFailure(learned, failure));
    };
    const timer = setTimeout(finish, timeoutMs, TIME_OUT);
    const fail = (error?: unknown): void => finish(httpFailure(broken ?? error));
    const take = (response: IncomingMessage): void => {
      head = describeHead(response, Math.round(effects.nowUs() - startUs), effects.wallMs());
      response.on("data", (chunk: Buffer) => {
        const piece = chunk.subarray(0, MAX_BODY_BYTES - bodyBytes);
        chunks.push(piece);
        bodyBytes += piece.length;
        if (bodyBytes === MAX_BODY_BYTES)
          finish(undefined, piece.length < chunk.length || !response.complete);
      });
      response.on("end", () => finish());
      response.on("error", fail);
    };
    try {
      asked = httpRequest({
        createConnection: () => stream,
        path: requestPath(target.path),
        headers: {
          host: hostHeader(target.name, target.port, defaultPort),
          "user-agent": USER_AGENT,
          accept: "*/*",
          "accept-encoding": "identity",
          connection: "close",
        },
      });
    } catch (error) {
      fail(error);
      return;
    }
    asked.on("error", fail);
    asked.on("response", take);
    asked.on("upgrade", (response) => {
      head = describeHead(response, Math.round(effects.nowUs() - startUs), effects.wallMs());
      finish();
    });
    asked.end();
  });
}

function httpFailure(error: unknown): string {
  if (error === undefined) return CLOSED;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  // What llhttp calls no answer in HTTP.
  return code.startsWith("HPE_")
    ? code === "HPE_INVALID_EOF_STATE"
      ? CLOSED
      : "http_request_failed"
    : stepFailure(error);
}

function describeHead(response: IncomingMessage, headUs: number, atMs: number): Partial<HttpLearned> {
  const { headers } = response;
  const text = (key: "location" | "server" | "contentType", value: string | string[] | undefined) =>
    value === undefined ? {} : { [key]: boundedText(String(value)) };
  return {
    headUs,
    status: response.statusCode ?? 0,
    ...text("location", headers.location),
    ...text("server", headers.server),
    ...text("contentType", headers["content-type"]),
    ...(headers.date === undefined ? {} : { date: boundedText(headers.date), dateAtMs: atMs }),
  };
}

/** A path as it may stand in a request line: from a slash on, nothing but printable ASCII. */
export function requestPath(path: string): string {
  // By way of UTF-8, which has no lone surrogates.
  const wellFormed = Buffer.from(path.replace(/#.*$/s, "")).toString();
  const encoded = encodeURI(wellFormed).replace(/%25(?=[0-9a-fA-F]{2})/g, "%");
  return encoded.startsWith("/") ? encoded : `/${encoded}`;
}

export function hostHeader(name: string, port: number, defaultPort: number): string {
  const host = isIPv6(name) ? `[${name}]` : name;
  return port === defaultPort ? host : `${host}:${port}`;
}
