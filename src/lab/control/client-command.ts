/**
 * How a program of this machine is run at a client of a laboratory: inside the client's namespace, with the laboratory's
 * authority; or, where the laboratory is made of relays, outside, and told of the client's proxy.
 */
import { enterArguments } from "../cell/cell.ts";
import type { LabRecord } from "./lab-record.ts";

/** Environment variables by which programs that bring a list of authorities of their own are told of another. */
const AUTHORITY_VARIABLES = [
  "SSL_CERT_FILE",
  "CURL_CA_BUNDLE",
  "REQUESTS_CA_BUNDLE",
  "NODE_EXTRA_CA_CERTS",
  "GIT_SSL_CAINFO",
];
/** And of a proxy; each in small letters and in capitals. */
const PROXY_VARIABLES = ["http_proxy", "https_proxy", "all_proxy"];
/** Programs that write records learn that what they see is simulated. */
export const LABORATORY_VARIABLE = "BRAKELIGHT_LABORATORY";

export interface ClientCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** What is set beside (or, undefined, taken out of) the caller's own environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function clientCommand(record: LabRecord, client: string, command: readonly string[]): ClientCommand {
  const { cellPid, authority } = record;
  const [program = "", ...args] =
    cellPid === undefined ? command : ["nsenter", ...enterArguments(cellPid, client), ...command];
  return {
    program,
    args,
    environment: {
      ...Object.fromEntries(AUTHORITY_VARIABLES.map((name) => [name, authority])),
      ...proxySettings(record, client),
      [LABORATORY_VARIABLE]: record.id,
    },
  };
}

/** Programs are led in through the client's proxy, as far as they heed these. */
function proxySettings({ proxies }: LabRecord, client: string): Record<string, string | undefined> {
  const port = proxies?.[client];
  if (port === undefined) return {};
  const names = PROXY_VARIABLES.flatMap((name) => [name, name.toUpperCase()]);
  return {
    ...Object.fromEntries(names.map((name) => [name, `http://127.0.0.1:${port}`])),
    no_proxy: undefined,
    NO_PROXY: undefined,
  };
}
