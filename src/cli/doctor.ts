/**
 * `brakelight doctor`: what this machine can do, and what adds the rest. Reads and tries, sends nothing; ends with 0
 * whatever it finds, for a machine that lacks something is no error.
 */
import type { Command } from "commander";
import { colours as pc } from "./colours.ts";
import { abilitiesOf } from "./doctor-abilities.ts";
import { type Machine, readMachine } from "./doctor-machine.ts";
import type { Ability } from "./doctor-record.ts";
import { Sink } from "./output.ts";
import { plainTable } from "./plain-table.ts";

/** `isSingleFile`: without what the single file leaves out, the laboratory and kernel calls. */
export function addDoctor(program: Command, isSingleFile = false): void {
  program
    .command("doctor")
    .description("what this machine can do, and what adds the rest")
    .option("--json", "one JSON record an ability")
    .action((flags: { json?: boolean }) => doctor(flags.json ?? false, () => readMachine(isSingleFile)));
}

export async function doctor(
  isJson: boolean,
  read: () => Promise<Machine> = () => readMachine(false),
  sink: Pick<Sink, "line" | "flush"> = new Sink(),
): Promise<void> {
  const abilities = abilitiesOf(await read());
  if (isJson) for (const ability of abilities) sink.line(JSON.stringify(ability));
  else sink.line(describeAbilities(abilities));
  sink.flush();
}

export function describeAbilities(abilities: readonly Ability[]): string {
  const table = plainTable(["ability", "works", "why"]);
  for (const { name, works, why } of abilities)
    table.push([name, works ? pc.green("yes") : pc.yellow("no"), why]);
  const missing = abilities.filter(({ works }) => !works);
  if (missing.length === 0) return `${table.toString()}\n\nNothing is missing.`;
  const byCommand = new Map<string, string[]>();
  for (const { name, adds } of missing)
    if (adds !== undefined) byCommand.set(adds, [...(byCommand.get(adds) ?? []), name]);
  const lines = [...byCommand].map(([adds, names]) => `  ${pc.bold(adds)}\n      adds: ${names.join(", ")}`);
  return `${table.toString()}\n\nWhat adds the rest:\n${lines.join("\n")}`;
}
