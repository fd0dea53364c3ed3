/**
 * `brakelight analyze FILE...`: captures, OONI measurements and paired-speed CSV become verdicts.
 * Each file's kind is found by its content. A broken file gives one problem and what was good before it; a file that
 * cannot be read ends with exit code 1 after the others are done.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { readInput } from "../host/input.ts";
import type { PathJudgement } from "../verdict/slowness/judge-path.ts";
import { ETHERNET_OVERHEAD_BYTES } from "../verdict/slowness/traffic.ts";
import { CommandError } from "./command-error.ts";
import { FileAnalysis } from "./file-analysis.ts";
import { CsvOutput, JsonOutput, type Output } from "./output.ts";
import { PeopleOutput } from "./people-output.ts";
import { Progress } from "./progress.ts";
import { plotTransfer } from "./transfer-plot.ts";

const MAX_OVERHEAD_BYTES = 1000;
/** Transfers with fewer data packets make no picture worth a file. */
const MIN_PLOTTED_PACKETS = 10;

interface AnalyzeOptions {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly plot?: string;
  readonly names?: boolean;
  readonly overhead: string;
}

export function addAnalyze(program: Command): void {
  program
    .command("analyze")
    .description("say why transfers were slow: captures (pcap, pcapng), OONI measurements, paired-speed CSV")
    .argument("<file...>", "files, also compressed with gzip, xz or zstd")
    .option("--json", "one JSON record a line (docs/format.md)")
    .option("--csv", "one CSV row a transfer, connection, path or verdict")
    .option("--plot <dir>", "write an SVG a transfer into this folder")
    .option("--names", "list the names in TLS, QUIC, HTTP and DNS")
    .option(
      "--overhead <bytes>",
      "bytes a packet that the box counts beside the IP packet",
      String(ETHERNET_OVERHEAD_BYTES),
    )
    .action(async (files: string[], options: AnalyzeOptions) => {
      await analyze(files, options);
    });
}

async function analyze(files: readonly string[], options: AnalyzeOptions): Promise<void> {
  const overheadBytes = Number(options.overhead);
  if (!Number.isInteger(overheadBytes) || overheadBytes < 0 || overheadBytes > MAX_OVERHEAD_BYTES) {
    throw new CommandError(
      `--overhead: '${options.overhead}' is not a number of bytes from 0 to ${MAX_OVERHEAD_BYTES}`,
    );
  }
  if (options.json && options.csv) throw new CommandError("--json and --csv exclude each other: choose one");
  if (options.plot !== undefined) await makeFolder(options.plot);
  const output: Output = options.json
    ? new JsonOutput()
    : options.csv
      ? new CsvOutput()
      : new PeopleOutput(files.length);
  const started = performance.now();
  const unreadable: string[] = [];
  let packets = 0;
  let bytes = 0;
  let plotted = 0;
  for (const file of files) {
    const progress = new Progress(file);
    const plots: Promise<void>[] = [];
    const analysis = new FileAnalysis(
      { overheadBytes, names: options.names ?? false },
      {
        path: (judgement, originUs) => {
          output.path(file, judgement, originUs);
          if (options.plot !== undefined) plots.push(...writePlots(options.plot, file, judgement));
        },
        name: (name) => output.record({ type: "name", file, ...name }),
        verdict: (line, verdict) => output.record({ type: "verdict", file, line, ...verdict }),
        problem: (problem) => output.record({ type: "problem", file, ...problem }),
      },
    );
    output.beginFile(file);
    const result = await readInput(file, {
      chunk: (chunk) => analysis.push(chunk),
      progress: (read, total) => progress.update(read, total),
    });
    progress.stop();
    if (result.kind === "unreadable") {
      unreadable.push(`${file}: cannot be read: ${result.reason}`);
      continue;
    }
    analysis.end(result.kind === "problem" ? result.problem : undefined);
    await Promise.all(plots);
    plotted += plots.length;
    packets += analysis.packets;
    bytes += analysis.bytes;
    output.endFile(file, analysis.kind);
    if (analysis.kind === "unknown") unreadable.push(`${file}: nothing in it can be read`);
  }
  const seconds = Number(((performance.now() - started) / 1000).toFixed(3));
  const read = files.length - unreadable.length;
  // Of nothing there is nothing to sum up for people; a script gets its record.
  if (read > 0 || options.json || options.csv)
    output.record({ type: "summary", files: read, packets, bytes, seconds });
  await output.finish();
  if (options.plot !== undefined)
    process.stderr.write(
      `${plotted === 0 ? "no transfer long enough to draw" : `${plotted} drawn`}: ${options.plot}\n`,
    );
  if (unreadable.length > 0) throw new CommandError(unreadable.join("\n"));
}

/** Makes the folder and what is missing above it, one at a time: some file systems answer a recursive call never. */
async function makeFolder(folder: string): Promise<void> {
  const missing: string[] = [];
  for (let path = resolve(folder); !existsSync(path); path = dirname(path)) missing.unshift(path);
  try {
    for (const path of missing) await mkdir(path);
    if (!(await stat(folder)).isDirectory()) throw new Error("it is a file");
  } catch (error) {
    throw new CommandError(`--plot: cannot make the folder '${folder}': ${(error as Error).message}`);
  }
}

function writePlots(folder: string, file: string, judgement: PathJudgement): Promise<void>[] {
  const source = `Brakelight, from ${file.split("/").at(-1)}`;
  const prefix = createHash("sha256").update(file).digest("hex").slice(0, 8);
  return judgement.directions.flatMap(({ transfers }) =>
    transfers
      .filter(({ transfer }) => transfer.rows.count >= MIN_PLOTTED_PACKETS)
      .map((judged) => {
        const { connection, from } = judged.transfer;
        const [low, high] = connection.ends.map(({ endpoint }) =>
          `${endpoint.address}.${endpoint.port}`.replaceAll(":", "_"),
        );
        const [sender, receiver] = from === 0 ? [low, high] : [high, low];
        const part = judgement.path.part > 0 ? `.part${judgement.path.part}` : "";
        const name = `${prefix}-${sender}-to-${receiver}-${connection.number}${part}.svg`;
        return writeFile(join(folder, name), plotTransfer(judged, source));
      }),
  );
}
