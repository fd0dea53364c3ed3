/**
 * What our control server listens on besides the port that was given (docs/control-server.md, `GET /ports`), asked over TLS under a
 * neutral name. Undefined: it is another server, or an older one. Bounds: one short answer, a few seconds.
 */
import type { Place } from "../pairs/arms.ts";
import { shortAnswer } from "./short-answer.ts";

const HIGHEST_PORT = 65_535;
const NAMES = ["port", "otherPort", "httpPort", "udpPort"] as const;

/** Absent: it does not listen there. */
export type ServerPorts = { readonly [Name in (typeof NAMES)[number]]?: number };

export async function fetchPorts(server: Place, neutralName: string): Promise<ServerPorts | undefined> {
  const text = await shortAnswer(server, neutralName, "GET", "/ports");
  return text === undefined ? undefined : readPorts(text);
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
