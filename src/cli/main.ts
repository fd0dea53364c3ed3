#!/usr/bin/env node
/**
 * The command line: one file a command, wired here. Errors become one line each and the documented exit code.
 */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { LabFolderProblem } from "../lab/control/lab-record.ts";
import { StoreProblem } from "../store/store.ts";
import { CommandError, EXIT_NOT_MEASURED } from "./command-error.ts";
import { needParts, partsOf } from "./parts.ts";
import { runProgram } from "./run-program.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const program = new Command("brakelight")
  .description("Measures, proves and reproduces internet throttling.")
  .version(version)
  .showSuggestionAfterError()
  // What follows `lab exec CLIENT` belongs to the program that is run.
  .enablePositionalOptions();

/** In the order in which help shows them. */
const COMMANDS: Readonly<Record<string, () => Promise<void>>> = {
  demo: async () => (await import("./demo/demo.ts")).addDemo(program),
  analyze: async () => (await import("./analyze.ts")).addAnalyze(program),
  probe: async () => (await import("./probe.ts")).addProbe(program, version),
  import: async () => (await import("./import.ts")).addImport(program),
  networks: async () => (await import("./networks.ts")).addNetworks(program),
  incidents: async () => (await import("./incidents.ts")).addIncidents(program),
  changes: async () => (await import("./changes.ts")).addChanges(program),
  report: async () => (await import("./report.ts")).addReport(program, version),
  serve: async () => (await import("./serve.ts")).addServe(program, version),
  "control-server": async () => (await import("./control-server.ts")).addControlServer(program),
  doctor: async () => (await import("./doctor.ts")).addDoctor(program),
  forget: async () => (await import("./forget.ts")).addForget(program),
  rules: async () => (await import("./rules.ts")).addRules(program),
  notice: async () => (await import("./notice.ts")).addNotice(program),
  lab: async () => (await import("./lab.ts")).addLab(program),
};

// Only the command that is asked for is loaded, so that it starts sooner; help and mistakes want all of them.
const wanted = Object.hasOwn(COMMANDS, process.argv[2] ?? "")
  ? [COMMANDS[process.argv[2]!]!]
  : Object.values(COMMANDS);
for (const add of wanted) await add();

program.hook("preAction", (_, command) => needParts(partsOf(command.name(), command.args, command.opts())));

await runProgram(program, (error) =>
  error instanceof LabFolderProblem || error instanceof StoreProblem
    ? new CommandError(error.message, EXIT_NOT_MEASURED)
    : undefined,
);
