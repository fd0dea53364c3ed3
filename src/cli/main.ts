#!/usr/bin/env node
/**
 * The command line (program.ts), run. Errors become one line each and the documented exit code.
 */
import { readFileSync } from "node:fs";
import { LabUnreachable } from "../lab/control/control-client.ts";
import { LabFolderProblem } from "../lab/control/lab-record.ts";
import { StoreProblem } from "../store/store.ts";
import { CommandError, EXIT_NOT_MEASURED } from "./command-error.ts";
import { needParts, partsOf } from "./parts.ts";
import { commandLine } from "./program.ts";
import { runProgram } from "./run-program.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const program = await commandLine(version, process.argv[2]);

program.hook("preAction", (_, command) => needParts(partsOf(command.name(), command.args, command.opts())));

await runProgram(program, (error) =>
  error instanceof LabFolderProblem || error instanceof LabUnreachable || error instanceof StoreProblem
    ? new CommandError(error.message, EXIT_NOT_MEASURED)
    : undefined,
);
