/**
 * `brakelight rules collateral`: what a rule list hits beyond its intent, among popular names and hosted sites; with
 * --compare, what a change of list frees and what it newly hits.
 */
import type { Command } from "commander";
import type { Problem, Result } from "../base/problem.ts";
import { readInput } from "../host/input.ts";
import { Collateral } from "../rules/collateral.ts";
import { readHostedSite, readPopularName, TableRows } from "../rules/table-rows.ts";
import { CommandError } from "./command-error.ts";
import { Progress } from "./progress.ts";
import { problemLine, type RuleFile, readRuleFile } from "./rules-file.ts";
import {
  addFlowOptions,
  type FlowOptions,
  failOnProblems,
  readPort,
  readTime,
  warnOfProblems,
} from "./rules-options.ts";
import { type CollateralReport, writeCsv, writeJson, writePeople } from "./rules-output.ts";

interface CollateralOptions extends FlowOptions {
  readonly names: string;
  readonly hosting?: string;
  readonly compare?: string;
  readonly compareAt?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

const MOST_SHOWN = 20;

export function addCollateral(rules: Command): void {
  addFlowOptions(rules.command("collateral"))
    .description("say what a rule list hits beyond its intent")
    .requiredOption("--names <file>", "popular names: rank,domain (Tranco)")
    .option("--hosting <file>", "which sites share which addresses: name,address[,hosting]")
    .option("--compare <old>", "an earlier list: what the change frees and newly hits")
    .option("--compare-at <time>", "the moment at which the earlier list is asked (default: --at)")
    .option("--json", "one JSON record a name, rule and list (docs/format.md)")
    .option("--csv", "one CSV row a name")
    .action(collateral);
}

async function collateral(options: CollateralOptions): Promise<void> {
  if (options.json && options.csv) throw new CommandError("--json and --csv exclude each other: choose one");
  if (options.compareAt !== undefined && options.compare === undefined)
    throw new CommandError("--compare-at needs --compare and its list");
  const started = performance.now();
  const timeMs = readTime("--at", options.at);
  const setting = { timeMs, protocol: options.protocol, port: readPort(options.port) };
  const files: RuleFile[] = [];
  const open = async (path: string, atMs: number): Promise<Collateral> => {
    const file = await readRuleFile(path, { form: options.form, by: options.by });
    files.push(file);
    warnOfProblems(file);
    return new Collateral(file.list, { ...setting, timeMs: atMs });
  };
  const now = await open(options.rules, timeMs);
  const beforeMs = options.compareAt === undefined ? timeMs : readTime("--compare-at", options.compareAt);
  const before = options.compare === undefined ? undefined : await open(options.compare, beforeMs);
  const lists = before ? [now, before] : [now];
  let broken = 0;
  if (options.hosting !== undefined)
    broken += await readRows(options.hosting, readHostedSite, (site) => {
      for (const list of lists) list.addSite(site);
    });
  broken += await readRows(options.names, readPopularName, (name) => {
    for (const list of lists) list.addName(name);
  });
  for (const list of lists) list.end();
  const report: CollateralReport = {
    now,
    ...(before && { before }),
    timeMs,
    rules: files[0]!.list.rules.length,
    broken,
    seconds: Number(((performance.now() - started) / 1000).toFixed(3)),
  };
  const write = options.json ? writeJson : options.csv ? writeCsv : writePeople;
  await write(report);
  failOnProblems(files);
}

/** How many lines were broken; the first of them are named on standard error. */
async function readRows<T>(
  path: string,
  read: (fields: readonly string[]) => Result<T>,
  onRow: (row: T) => void,
): Promise<number> {
  let count = 0;
  const warn = (problem: Problem): void => {
    if (++count <= MOST_SHOWN) process.stderr.write(`brakelight: ${problemLine(path, problem)}\n`);
  };
  let rowCount = 0;
  const rows = new TableRows(
    read,
    (row) => {
      rowCount++;
      onRow(row);
    },
    warn,
  );
  const progress = new Progress(path);
  const result = await readInput(path, {
    chunk: (chunk) => {
      rows.push(chunk);
      return true;
    },
    progress: (done, total) => progress.update(done, total),
  });
  progress.stop();
  if (result.kind === "unreadable") throw new CommandError(`${path}: cannot be read: ${result.reason}`);
  rows.end();
  if (result.kind === "problem") warn(result.problem);
  if (count > MOST_SHOWN)
    process.stderr.write(`brakelight: ${path}: ${count - MOST_SHOWN} more broken lines\n`);
  if (rowCount === 0) throw new CommandError(`${path}: no row in it can be read`);
  return rows.broken;
}
