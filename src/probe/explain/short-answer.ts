/**
 * A short answer of our control server, asked over TLS under a neutral name. Undefined: it gives none in time, or a longer one: it is
 * another server. Bounds: TIMEOUT_MS in all, MOST_CHARACTERS.
 */
import { request as httpsRequest } from "node:https";
import type { Place } from "../pairs/arms.ts";

const TIMEOUT_MS = 5000;
const MOST_CHARACTERS = 1000;

export function shortAnswer(
  { address, port }: Place,
  neutralName: string,
  method: "GET" | "POST",
  path: string,
  timeoutMs = TIMEOUT_MS,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asked = httpsRequest(
      {
        ...{ host: address, port, path, method, servername: neutralName },
        ...{ agent: false, rejectUnauthorized: false },
        headers: { host: neutralName, ...(method === "POST" ? { "content-length": 0 } : {}) },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => {
          text += piece;
          if (text.length > MOST_CHARACTERS) finish(undefined);
        });
        response.on("end", () => finish(response.statusCode === 200 ? text : undefined));
        response.on("error", () => finish(undefined));
      },
    );
    const timer = setTimeout(() => finish(undefined), timeoutMs);
    const finish = (answer: string | undefined): void => {
      clearTimeout(timer);
      asked.destroy();
      resolve(answer);
    };
    asked.on("error", () => finish(undefined));
    asked.end();
  });
}
