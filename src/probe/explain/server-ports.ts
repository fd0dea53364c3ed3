/**
 * What our control server listens on besides the port that was given (docs/control-server.md, `GET /ports`), asked over TLS under a
 * neutral name. Undefined: it is another server, or an older one. Bounds: one short answer, a few seconds.
 */
import { request as httpsRequest } from "node:https";
import type { Place } from "../pairs/arms.ts";

const TIMEOUT_MS = 5000;
const MOST_ANSWER_CHARACTERS = 1000;
const HIGHEST_PORT = 65_535;
const NAMES = ["port", "otherPort", "httpPort", "udpPort"] as const;

/** Absent: it does not listen there. */
export type ServerPorts = { readonly [Name in (typeof NAMES)[number]]?: number };

export function fetchPorts(server: Place, neutralName: string): Promise<ServerPorts | undefined> {
  return new Promise((resolve) => {
    const asked = httpsRequest(
      {
        ...{ host: server.address, port: server.port, path: "/ports", servername: neutralName },
        ...{ agent: false, rejectUnauthorized: false, timeout: TIMEOUT_MS, headers: { host: neutralName } },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => {
          text = (text + piece).slice(0, MOST_ANSWER_CHARACTERS);
        });
        response.on("end", () => resolve(response.statusCode === 200 ? readPorts(text) : undefined));
        response.on("error", () => resolve(undefined));
      },
    );
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => resolve(undefined));
    asked.end();
  });
}

/** What a server says of its ports; whatever comes, it does not throw. */
export function readPorts(text: string): ServerPorts | undefined {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof said !== "object" || said === null) return undefined;
  const ports = NAMES.flatMap((name): [string, number][] => {
    const port = (said as Record<string, unknown>)[name];
    return Number.isInteger(port) && Number(port) > 0 && Number(port) <= HIGHEST_PORT
      ? [[name, Number(port)]]
      : [];
  });
  const read: ServerPorts = Object.fromEntries(ports);
  return read.port === undefined ? undefined : read;
}
