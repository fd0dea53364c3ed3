/**
 * The command line as commander knows it: one file a command, none loaded before it is asked for. Runs nothing by itself, so that
 * tests hold documents against it.
 */
import { Command } from "commander";

/** In the order in which help shows them. */
const COMMANDS: Readonly<Record<string, (program: Command, version: string) => Promise<void>>> = {
  demo: async (program) => (await import("./demo/demo.ts")).addDemo(program),
  analyze: async (program) => (await import("./analyze.ts")).addAnalyze(program),
  probe: async (program, version) => (await import("./probe.ts")).addProbe(program, version),
  import: async (program) => (await import("./import.ts")).addImport(program),
  networks: async (program) => (await import("./networks.ts")).addNetworks(program),
  incidents: async (program) => (await import("./incidents.ts")).addIncidents(program),
  changes: async (program) => (await import("./changes.ts")).addChanges(program),
  report: async (program, version) => (await import("./report.ts")).addReport(program, version),
  serve: async (program, version) => (await import("./serve.ts")).addServe(program, version),
  "control-server": async (program) => (await import("./control-server.ts")).addControlServer(program),
  doctor: async (program) => (await import("./doctor.ts")).addDoctor(program),
  forget: async (program) => (await import("./forget.ts")).addForget(program),
  rules: async (program) => (await import("./rules.ts")).addRules(program),
  notice: async (program) => (await import("./notice.ts")).addNotice(program),
  lab: async (program) => (await import("./lab.ts")).addLab(program),
};

/** `first`: the word after `brakelight`. Only that command is loaded; help and mistakes want all of them. */
export async function commandLine(version: string, first: string | undefined): Promise<Command> {
  const program = new Command("brakelight")
    .description("Measures, proves and reproduces internet throttling.")
    .version(version)
    .showSuggestionAfterError()
    // What follows `lab exec CLIENT` belongs to the program that is run.
    .enablePositionalOptions();
  const wanted =
    first !== undefined && Object.hasOwn(COMMANDS, first) ? [COMMANDS[first]!] : Object.values(COMMANDS);
  for (const add of wanted) await add(program, version);
  return program;
}
