/**
 * `brakelight lab exec CLIENT -- COMMAND`: any program of this machine at a vantage point of the laboratory. It finds
 * the laboratory's name server, and trusts its authority. Where the laboratory is made of relays the program stays
 * outside, and is told of the client's proxy: only what it sends through there is in the laboratory.
 */
import { spawn } from "node:child_process";
import type { Command } from "commander";
import { enterArguments } from "../lab/cell/cell.ts";
import { askLab } from "../lab/control/control-client.ts";
import type { LabRecord } from "../lab/control/lab-record.ts";
import type { LabStatus } from "../lab/control/protocol.ts";
import { CommandError } from "./command-error.ts";
import { chooseLab } from "./lab-choice.ts";

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
const COMMAND_NOT_RUN = 127;

export function addLabExec(lab: Command): void {
  lab
    .command("exec <client> <command...>")
    .description(
      "run a program at a client of the running laboratory, for instance: exec phone -- curl https://twitter.com/",
    )
    .option("--lab <id>", "which laboratory, when several run")
    .passThroughOptions()
    .action(async (client: string, words: string[], options: { lab?: string }) => {
      const command = words[0] === "--" ? words.slice(1) : words;
      const record = chooseLab(options.lab);
      const { clients } = await askLab<LabStatus>(record.id, { do: "status" });
      if (!clients.some((one) => one.client === client)) {
        throw new CommandError(
          `there is no client ${client}; there are: ${clients.map((one) => one.client).join(", ")}`,
        );
      }
      const [program = "", ...rest] = inside(record, client, command);
      const child = spawn(program, rest, {
        stdio: "inherit",
        env: {
          ...process.env,
          ...Object.fromEntries(AUTHORITY_VARIABLES.map((name) => [name, record.authority])),
          ...proxySettings(record, client),
        },
      });
      process.exitCode = await new Promise<number>((resolve) => {
        child.on("error", () => resolve(COMMAND_NOT_RUN));
        child.on("exit", (code) => resolve(code ?? COMMAND_NOT_RUN));
      });
    });
}

/** Into the client's namespace; a laboratory made of relays has none to go into. */
function inside({ cellPid }: LabRecord, client: string, command: readonly string[]): readonly string[] {
  return cellPid === undefined ? command : ["nsenter", ...enterArguments(cellPid, client), ...command];
}

/** Programs of a laboratory made of relays are led in through its client's proxy, as far as they heed these. */
function proxySettings({ proxies }: LabRecord, client: string): Record<string, string | undefined> {
  const port = proxies?.[client];
  if (port === undefined) return {};
  const proxy = `http://127.0.0.1:${port}`;
  return {
    ...Object.fromEntries(
      PROXY_VARIABLES.flatMap((name) => [name, name.toUpperCase()]).map((name) => [name, proxy]),
    ),
    no_proxy: undefined,
    NO_PROXY: undefined,
  };
}
