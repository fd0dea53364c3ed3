/**
 * What both commands on rules are told about a flow and a file, from the texts of the command line.
 */
import { type Command, Option } from "commander";
import { REGISTRY_CRITERIA, type RegistryCriterion } from "../rules/registry.ts";
import { NAME_PROTOCOLS, type NameProtocol } from "../rules/rule.ts";
import { RULE_FORMS, type RuleForm } from "../rules/rule-reading.ts";
import { parseDate } from "../rules/rule-yaml.ts";
import { CommandError } from "./command-error.ts";
import { problemLine, type RuleFile } from "./rules-file.ts";

export interface FlowOptions {
  readonly rules: string;
  readonly form?: RuleForm;
  readonly by: RegistryCriterion;
  readonly at?: string;
  readonly protocol: NameProtocol;
  readonly port: string;
}

export function addFlowOptions(command: Command): Command {
  return command
    .requiredOption("--rules <file>", "rule list: YAML, JSON, names, addresses, or a registry's dump")
    .addOption(
      new Option("--form <form>", "how the list is written, if not to be found by content").choices(
        RULE_FORMS,
      ),
    )
    .addOption(
      new Option("--by <criterion>", "of a registry's dump: its names, or its addresses")
        .choices(REGISTRY_CRITERIA)
        .default("name"),
    )
    .option("--at <time>", "the moment, such as 2021-03-10T12:00:00Z (default: now)")
    .addOption(
      new Option("--protocol <protocol>", "where the name is sent").choices(NAME_PROTOCOLS).default("tls"),
    )
    .option("--port <port>", "of the outside end", "443");
}

export function readTime(option: string, text: string | undefined): number {
  if (text === undefined) return Date.now();
  const time = parseDate(text);
  if (!time.ok) throw new CommandError(`${option}: ${time.problem.reason}`);
  return time.value;
}

export function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new CommandError(`--port: '${text}' is not a number from 0 to 65535`);
  return port;
}

/** More than fit a screen are counted. */
const MOST_SHOWN = 20;

/** What could not be read, for people: on standard error, the first of it. */
export function warnOfProblems({ path, problems, problemCount, counts }: RuleFile): void {
  for (const problem of problems.slice(0, MOST_SHOWN))
    process.stderr.write(`brakelight: ${problemLine(path, problem)}\n`);
  if (problemCount > MOST_SHOWN)
    process.stderr.write(`brakelight: ${path}: ${problemCount - MOST_SHOWN} more lines with problems\n`);
  if (problemCount > 0 && counts)
    process.stderr.write(
      `brakelight: ${path}: ${counts.lines} lines = ${counts.rules} rules (${counts.partly} in part) ` +
        `+ ${counts.comments} comments + ${counts.broken} broken\n`,
    );
}

/** A written list that is wrong is an error, once the rest has been answered; a published one is as it is. */
export function failOnProblems(files: readonly RuleFile[]): void {
  const wrong = files.filter(({ counts, problemCount }) => !counts && problemCount > 0);
  if (wrong.length > 0)
    throw new CommandError(
      wrong
        .map(({ path, problemCount }) => `${path}: ${problemCount} problems, see above; mend them`)
        .join("\n"),
    );
}
