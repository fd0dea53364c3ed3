/** Whether the real command line, or package.json, understands a documented command: words, options and their number. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { commandLine } from "../../src/cli/program.ts";
import { ROOT } from "./commands.ts";

/** src/cli/probe-single.ts */
const IN_SINGLE_FILE = new Set(["probe", "control-server", "forget", "doctor"]);

class Understood extends Error {}

/** Throws commander's words where it does not. Nothing of the command is run; values of options are looked at when it is. */
export async function parseCommand(text: string): Promise<void> {
  const words = wordsOf(text);
  if (words[0] === "npm") return parseScript(words);
  const start = words.findIndex((word) =>
    /^brakelight(-probe\.mjs)?$|\/brakelight-probe\.mjs$|\/main\.js$/.test(word),
  );
  if (/probe\.mjs$/.test(words[start]!) && !IN_SINGLE_FILE.has(words[start + 1]!))
    throw new Error(`'${text}': the single file has no ${words[start + 1]}`);
  const program = await commandLine("0", words[start + 1]);
  let said = "";
  forAll(program, (command) => {
    command.exitOverride().configureOutput({ writeErr: (line) => (said += line), writeOut: () => {} });
    // Without a command of its own below, help would be an error of its own.
    command.hook("preAction", () => {
      throw new Understood();
    });
  });
  try {
    await program.parseAsync(["node", "brakelight", ...words.slice(start + 1)]);
  } catch (error) {
    if (error instanceof Understood) {
      const inner = words.slice(start + 1).findIndex((word) => word.endsWith("dist/cli/main.js"));
      if (inner >= 0)
        await parseCommand(["brakelight", ...words.slice(start + 2 + inner)].map(quoted).join(" "));
      return;
    }
    throw new Error(`'${text}': ${said.trim() || String(error)}`);
  }
  throw new Error(`'${text}' runs nothing`);
}

function parseScript(words: readonly string[]): void {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    scripts: Readonly<Record<string, string>>;
  };
  const script = words[1] === "run" ? words[2]! : words[1]!;
  const isOfNpm = words[1] !== "run" && ["install", "ci", "pack", "link"].includes(script);
  if (!isOfNpm && scripts[script] === undefined) throw new Error(`package.json has no script '${script}'`);
}

function forAll(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const one of command.commands) forAll(one, visit);
}

/** As a shell cuts them, quotes apart; nothing is expanded. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare!,
  );
}

function quoted(word: string): string {
  return /\s/.test(word) ? `'${word}'` : word;
}
