/**
 * `brakelight lab exec CLIENT -- COMMAND`: any program of this machine at a vantage point of the laboratory. It finds
 * the laboratory's name server, and trusts its authority.
 */
import { spawn } from "node:child_process";
import type { Command } from "commander";
import { enterArguments } from "../lab/cell/cell.ts";
import { askLab } from "../lab/control/control-client.ts";
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
const COMMAND_NOT_RUN = 127;

export function addLabExec(lab: Command): void {
  lab
    .command("exec <client> <command...>")
    .description(
      "run a program at a client of the running laboratory, for instance: exec phone -- curl https://twitter.com/",
    )
    .option("--lab <id>", "which laboratory, when several run")
    .passThroughOptions()
    .action(async (client: string, command: string[], options: { lab?: string }) => {
      const record = chooseLab(options.lab);
      if (record.cellPid === undefined) {
        throw new CommandError(
          "this laboratory is made of relays: programs cannot be put inside; use 'lab start' on Linux",
        );
      }
      const { clients } = await askLab<LabStatus>(record.id, { do: "status" });
      if (!clients.some((one) => one.client === client)) {
        throw new CommandError(
          `there is no client ${client}; there are: ${clients.map((one) => one.client).join(", ")}`,
        );
      }
      const child = spawn("nsenter", [...enterArguments(record.cellPid, client), ...command], {
        stdio: "inherit",
        env: {
          ...process.env,
          ...Object.fromEntries(AUTHORITY_VARIABLES.map((name) => [name, record.authority])),
        },
      });
      process.exitCode = await new Promise<number>((resolve) => {
        child.on("error", () => resolve(COMMAND_NOT_RUN));
        child.on("exit", (code) => resolve(code ?? COMMAND_NOT_RUN));
      });
    });
}
