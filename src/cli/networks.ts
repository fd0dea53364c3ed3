/**
 * `brakelight networks [FILE...]`: what is slow where, out of paired-speed tables or, without any, out of the store: of each
 * country the rate that the target is held to, its networks with their share of throttled votes, since when, and whether a
 * lookalike was hit.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { groupBy } from "../base/group-by.ts";
import { seededRandom } from "../base/random.ts";
import { counted, formatRate } from "../base/units.ts";
import { readInput } from "../host/input.ts";
import { PairedSpeedReader } from "../observation/paired-speed.ts";
import { judgeCountry } from "../verdict/set/judge-country.ts";
import { type SpeedRow, speedRowOf } from "../verdict/set/speed-row.ts";
import { CommandError } from "./command-error.ts";
import { readTimeSpan, type TimeSpan } from "./moment.ts";
import { countryRecords, LEAST_PLACES, type NetworkRecord } from "./networks-record.ts";
import { Sink } from "./output.ts";
import { plainTable } from "./plain-table.ts";
import { readNumber } from "./probe-options.ts";
import { Progress } from "./progress.ts";
import { STORE_OPTION, tellIfPartial, withKnownStore } from "./store-option.ts";

interface NetworksOptions {
  readonly store?: string;
  readonly target?: string;
  readonly since?: string;
  readonly until?: string;
  readonly country?: string;
  readonly seed: string;
  readonly json?: boolean;
}

const MOST_PROBLEMS_TOLD = 5;
const TABLE = /\.csv(\.(gz|xz|zst))?$/i;

export function addNetworks(program: Command): void {
  program
    .command("networks")
    .description("what is slow where: paired-speed tables, judged network by network")
    .argument(
      "[file...]",
      "CSV tables of target and control speeds, or folders of them; without any: the store",
    )
    .option(...STORE_OPTION)
    .option("--target <name>", "only measurements of this name (store only)")
    .option("--since <time>", "7d, 2021-03-10 or RFC 3339")
    .option("--until <time>", "earlier than this")
    .option("--country <code>", "only this one: RU")
    .option("--seed <n>", "of what is drawn (order within rounded times, bootstrap)", "1")
    .option("--json", "one JSON record a line (docs/format.md)")
    .action(networks);
}

async function networks(paths: readonly string[], options: NetworksOptions): Promise<void> {
  const seed = readNumber("--seed", options.seed, 0, 2 ** 31 - 1);
  const span = readTimeSpan(options, Date.now());
  const wanted = options.country?.toUpperCase();
  const { rows, from } =
    paths.length > 0
      ? { rows: within(await readRows(paths.flatMap(tablesIn)), span), from: "these files" }
      : await storedRows(options, span, wanted);
  const countries = [...groupBy(rows, ({ country }) => country)]
    .filter(([country]) => wanted === undefined || country === wanted)
    .sort(([, a], [, b]) => b.length - a.length);
  if (countries.length === 0) {
    const asked = Object.keys(span).length > 0 ? " in that time" : "";
    throw new CommandError(
      wanted === undefined
        ? `no measurement of ${from} has the speeds of a target and of a control, a time and a network${asked}: nothing to judge`
        : `no row of ${from} is of ${wanted}${asked}`,
    );
  }
  const sink = new Sink();
  for (const [country, own] of countries) {
    const records = countryRecords(country, judgeCountry(own, seededRandom(seed)));
    if (options.json) for (const record of records) sink.line(JSON.stringify(record));
    else sink.line(textOf(records));
    sink.flush();
  }
}

/** Pairs of the store, in order of time. */
async function storedRows(
  { store: path, target }: NetworksOptions,
  span: TimeSpan,
  country: string | undefined,
): Promise<{ rows: SpeedRow[]; from: string }> {
  return withKnownStore(path, async (store) => {
    const rows: SpeedRow[] = [];
    const scope = {
      ...span,
      ...(country !== undefined && { country }),
      ...(target !== undefined && { target }),
    };
    for await (const batch of store.speedRows(scope)) for (const row of batch) rows.push(row);
    tellIfPartial(store);
    return { rows, from: store.address };
  });
}

function within(
  rows: readonly SpeedRow[],
  { sinceMs = -Infinity, untilMs = Infinity }: TimeSpan,
): SpeedRow[] {
  return rows.filter(({ timeS }) => timeS * 1000 >= sinceMs && timeS * 1000 < untilMs);
}

/** A file as it is given; of a folder all tables below it. */
function tablesIn(path: string): string[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    throw new CommandError(`${path}: cannot be read: there is no such file or folder`);
  }
  if (!isFolder) return [path];
  const names = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => TABLE.test(name));
  if (names.length === 0) throw new CommandError(`${path}: no table (.csv) in this folder`);
  return names.sort().map((name) => join(path, name));
}

/** What cannot be used is counted and told; the rest is kept. */
async function readRows(files: readonly string[]): Promise<SpeedRow[]> {
  const rows: SpeedRow[] = [];
  let homeless = 0;
  let problems = 0;
  for (const file of files) {
    const tell = (reason: string): void => {
      if (++problems <= MOST_PROBLEMS_TOLD) process.stderr.write(`${file}: ${reason}\n`);
    };
    const progress = new Progress(file);
    const reader = new PairedSpeedReader(
      (record) => {
        const row = speedRowOf(record);
        if (row) rows.push(row);
        else homeless++;
      },
      ({ reason, line }) => tell(line === undefined ? reason : `line ${line}: ${reason}`),
    );
    const result = await readInput(file, {
      chunk: (chunk) => {
        reader.push(chunk);
        return true;
      },
      progress: (read, total) => progress.update(read, total),
    });
    progress.stop();
    if (result.kind === "unreadable") throw new CommandError(`${file}: cannot be read: ${result.reason}`);
    reader.end();
    if (result.kind === "problem") tell(result.problem.reason);
  }
  if (problems > MOST_PROBLEMS_TOLD)
    process.stderr.write(`${problems - MOST_PROBLEMS_TOLD} further problems in these files\n`);
  if (homeless > 0) process.stderr.write(`${homeless} rows without time or network are in no set\n`);
  return rows;
}

function textOf(records: readonly NetworkRecord[]): string {
  const table = plainTable(["network", "", "votes", "throttled", "state", "cap", "spread", "last change"]);
  const lines: string[] = [];
  for (const record of records) {
    if (record.type === "country") lines.push(...countryLines(record));
    else if (record.type === "group") lines.push(groupLine(record));
    else table.push(networkRow(record));
  }
  return `${lines.join("\n")}\n${table.toString()}\n`;
}

/** Of controls beside controls: the rule itself errs in 0.15 and 0.23 % (docs/method.md, "Paired speeds"). */
const MOST_FALSE = 0.01;

type Of<Type extends NetworkRecord["type"]> = Extract<NetworkRecord, { type: Type }>;

function countryLines(one: Of<"country">): string[] {
  const { rows, withheld, capBps, capLowBps, capHighBps, whyNoCap, falsePositiveRate, collateral } = one;
  const name = one.country ?? "unknown country";
  const held =
    capBps === undefined
      ? `no common rate (${whyNoCap})`
      : `held to ${formatRate(capBps)} of goodput (95 %: ${formatRate(capLowBps!)} to ${formatRate(capHighBps!)})`;
  return [
    `${name}: ${held}; ${counted(rows, "row")} of ${counted(one.networks, "network")}`,
    `  other names: ${collateral}`,
    ...(falsePositiveRate === undefined
      ? []
      : [
          `  a control is called throttled beside another in ${percent(falsePositiveRate)} of pairs${falsePositiveRate > MOST_FALSE ? ": far more than the rule's 0.2 %, so that single pairs say little here" : ""}`,
        ]),
    ...(withheld === 0
      ? []
      : [`  ${counted(withheld, "network")} seen from fewer than ${LEAST_PLACES} places: not told`]),
  ];
}

function groupLine({ group, networks: count, share, votes, endings, because }: Of<"group">): string {
  const ended = endings.map(({ to }) => `throttling ended by ${dayOf(to)}`).join(", ");
  const said =
    share === undefined ? (because ?? "nothing to say") : `${percent(share)} of ${votes} votes throttled`;
  return `  ${group}, ${count} networks: ${said}${ended === "" ? "" : `; ${ended}`}`;
}

function networkRow(one: Of<"network">): string[] {
  const { asn, networkName = "", votes, share, shareInterval, state, capBps, spread = "", changes } = one;
  const last = changes.at(-1);
  return [
    `AS${asn}`,
    networkName.slice(0, 32),
    String(votes),
    share === undefined || !shareInterval
      ? "-"
      : `${percent(share)} (${percent(shareInterval.low)} to ${percent(shareInterval.high)})`,
    state,
    capBps === undefined ? "" : formatRate(capBps),
    spread,
    last
      ? `${dayOf(last.from)} to ${dayOf(last.to)}: ${percent(last.shareBefore)} -> ${percent(last.shareAfter)}`
      : "",
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.01 ? 2 : 0)} %`;
}

function dayOf(time: string): string {
  return time.slice(0, 10);
}
