/**
 * `brakelight lab exec CLIENT -- COMMAND`: any program of this machine at a vantage point of the laboratory. It finds
 * the laboratory's name server, and trusts its authority. Where the laboratory is made of relays the program stays
 * outside, and is told of the client's proxy: only what it sends through there is in the laboratory.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import type { Command } from "commander";
import { signalTree } from "../host/process-tree.ts";
import { clientCommand } from "../lab/control/client-command.ts";
import { askLab } from "../lab/control/control-client.ts";
import type { LabStatus } from "../lab/control/protocol.ts";
import { CommandError, EXIT_NOT_MEASURED } from "./command-error.ts";
import { chooseLab } from "./lab-choice.ts";

/** As shells say it (POSIX, "Exit Status for Commands"). */
const COMMAND_NOT_RUN = 127;
const ENDED_BY_SIGNAL = 128;

function asCommandError(error: Error): never {
  throw new CommandError(error.message, EXIT_NOT_MEASURED);
}

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
      const { clients } = await askLab<LabStatus>(record.id, { do: "status" }).catch(asCommandError);
      if (!clients.some((one) => one.client === client)) {
        throw new CommandError(
          `there is no client ${client}; there are: ${clients.map((one) => one.client).join(", ")}`,
        );
      }
      const { program, args, environment } = clientCommand(record, client, command);
      const child = spawn(program, args, { stdio: "inherit", env: { ...process.env, ...environment } });
      // A terminal's Ctrl-C reaches the program by itself; who ends this command otherwise means the program. Either way it is waited for.
      process.on("SIGTERM", () => signalTree(child.pid, "SIGTERM"));
      process.on("SIGINT", () => {
        if (!process.stdin.isTTY) signalTree(child.pid, "SIGINT");
      });
      process.exitCode = await new Promise<number>((resolve) => {
        child.on("error", () => resolve(COMMAND_NOT_RUN));
        child.on("exit", (code, signal) => resolve(code ?? ENDED_BY_SIGNAL + constants.signals[signal!]));
      });
    });
}
