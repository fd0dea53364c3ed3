#!/usr/bin/env node
/**
 * The command line: one file a command, wired here. Errors become one line each and the documented exit code.
 */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { LabFolderProblem } from "../lab/control/lab-record.ts";
import { StoreProblem } from "../store/store.ts";
import { addAnalyze } from "./analyze.ts";
import { addChanges } from "./changes.ts";
import { CommandError, EXIT_NOT_MEASURED } from "./command-error.ts";
import { addControlServer } from "./control-server.ts";
import { addDoctor } from "./doctor.ts";
import { addForget } from "./forget.ts";
import { addImport } from "./import.ts";
import { addIncidents } from "./incidents.ts";
import { addLab } from "./lab.ts";
import { addNetworks } from "./networks.ts";
import { addProbe } from "./probe.ts";
import { addReport } from "./report.ts";
import { addRules } from "./rules.ts";
import { runProgram } from "./run-program.ts";
import { addServe } from "./serve.ts";

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
addImport(program);
addNetworks(program);
addIncidents(program);
addChanges(program);
addReport(program, version);
addServe(program, version);
addControlServer(program);
addDoctor(program);
addForget(program);
addRules(program);
addLab(program);

await runProgram(program, (error) =>
  error instanceof LabFolderProblem || error instanceof StoreProblem
    ? new CommandError(error.message, EXIT_NOT_MEASURED)
    : undefined,
);
