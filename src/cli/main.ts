#!/usr/bin/env node
/**
 * The command line: one file a command, wired here. Errors become one line each and the documented exit code.
 */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { LabFolderProblem } from "../lab/control/lab-record.ts";
import { addAnalyze } from "./analyze.ts";
import { CommandError, EXIT_BAD_INPUT, EXIT_NOT_MEASURED } from "./command-error.ts";
import { addControlServer } from "./control-server.ts";
import { addForget } from "./forget.ts";
import { addLab } from "./lab.ts";
import { addProbe } from "./probe.ts";
import { addRules } from "./rules.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const program = new Command("brakelight")
  .description("Measures, proves and reproduces internet throttling.")
  .version(version)
  .showSuggestionAfterError()
  // What follows `lab exec CLIENT` belongs to the program that is run.
  .enablePositionalOptions();
addAnalyze(program);
addProbe(program, version);
addControlServer(program);
addForget(program);
addRules(program);
addLab(program);

// A reader that has seen enough (head, less) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

try {
  program.exitOverride();
  await program.parseAsync();
} catch (error) {
  if (error instanceof LabFolderProblem) {
    process.stderr.write(`brakelight: ${error.message}\n`);
    process.exitCode = EXIT_NOT_MEASURED;
  } else if (error instanceof CommandError) {
    for (const line of error.message.split("\n")) process.stderr.write(`brakelight: ${line}\n`);
    process.exitCode = error.exitCode;
  } else if (isCommanderExit(error)) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_BAD_INPUT;
  } else throw error;
}

function isCommanderExit(error: unknown): error is { exitCode: number } {
  return error instanceof Error && "code" in error && String(error.code).startsWith("commander.");
}
