/**
 * `npm run bench:packets`: names and transfers out of a generated capture of a million packets (traffic-capture.ts),
 * beside ndpiReader, tshark, tcptrace and the bare read of the file. Each tool is a process of its own; after a
 * warm-up all run in turn, and medians count. `--runs N` for more turns; `--factor 10` adds a file ten times as long
 * (5 GB, removed afterwards), for what memory does then. Nothing is asserted.
 */
import { rmSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import {
  ANALYZE,
  ANALYZE_NAMES,
  BARE_READ,
  NAMES_ONLY,
  NDPI,
  TCPDUMP,
  TCPTRACE,
  TCPTRACE_LONG,
  type Tool,
  TSHARK,
} from "./packet-tools.ts";
import { isInstalled, type ProcessRun, timedRun, versionOf } from "./process-run.ts";
import { type TrafficCapture, trafficCapture } from "./traffic-capture.ts";
import type { NameCounts } from "./traffic-flows.ts";

const NAME_TOOLS = [NAMES_ONLY, ANALYZE_NAMES, NDPI, TSHARK];
const TRANSFER_TOOLS = [ANALYZE, TCPTRACE, TCPTRACE_LONG];
const BARE_TOOLS = [TCPDUMP, BARE_READ];
const ALL_TOOLS = [...NAME_TOOLS, ...TRANSFER_TOOLS, ...BARE_TOOLS];
const BRAKELIGHT = [NAMES_ONLY, ANALYZE_NAMES, ANALYZE];

const { values } = parseArgs({
  options: { runs: { type: "string", default: "3" }, factor: { type: "string", default: "1" } },
});
const runs = Math.max(1, Number(values.runs) || 0);
const factor = Math.max(1, Math.round(Number(values.factor)) || 1);

interface Result {
  readonly runs: ProcessRun[];
  names?: NameCounts;
}

const note = (text: string): void => {
  process.stderr.write(`bench:packets: ${text}\n`);
};
const isThere = (tool: Tool): boolean => isInstalled(tool.command("")[0]);

const capture = captureOf(1);
if (!capture) process.exit(1);
printSetting(capture);
const results = await measure(capture);
print("names of all four protocols", NAME_TOOLS, results, capture);
print("transfers", TRANSFER_TOOLS, results, capture);
print("bare read", BARE_TOOLS, results, capture);
if (factor > 1) printMemory(factor, results);

function captureOf(times: number): TrafficCapture | undefined {
  note(`capture of ${times} million packets: made where it is not there yet (a minute a million)`);
  const made = trafficCapture(times);
  if (made.kind === "made") return made.capture;
  console.log(`the capture of ${times} million packets is skipped: ${made.reason}`);
  return undefined;
}

function printSetting({ path, packets, bytes, tlsFlows, names }: TrafficCapture): void {
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"})`;
  console.log(`${new Date().toISOString().slice(0, 10)}, node ${process.versions.node}, ${machine}`);
  console.log(`${path}: ${packets} packets, ${(bytes / 1e6).toFixed(0)} MB, ${tlsFlows} TLS flows`);
  console.log(`names put in: ${namesText(names)}`);
  const asked = new Set<string>();
  for (const tool of ALL_TOOLS) {
    const program = tool.command("")[0];
    if (!tool.versionArguments || asked.has(program)) continue;
    asked.add(program);
    if (isThere(tool)) console.log(`${program}: ${versionOf(program, ...tool.versionArguments)}`);
    else console.log(`${program}: missing; it is in Debian's package ${tool.debianPackage}`);
  }
}

async function measure({ path }: TrafficCapture): Promise<Map<Tool, Result>> {
  const found = new Map<Tool, Result>();
  for (const tool of ALL_TOOLS.filter(isThere)) {
    note(`warm-up: ${tool.title}`);
    const result: Result = { runs: [] };
    found.set(tool, result);
    if (tool.names) result.names = await tool.names(path);
    if (tool.isSlow) result.runs.push(timedRun(tool.command(path)));
    else if (!tool.names) timedRun(tool.command(path));
  }
  for (let turn = 1; turn <= runs; turn++) {
    note(`turn ${turn} of ${runs}`);
    for (const [tool, result] of found) if (!tool.isSlow) result.runs.push(timedRun(tool.command(path)));
  }
  return found;
}

function print(
  title: string,
  tools: readonly Tool[],
  found: Map<Tool, Result>,
  { packets, bytes, names }: TrafficCapture,
): void {
  const table = new Table({
    head: [
      title,
      "wall s",
      "user s",
      "packets/s",
      "MB/s",
      "peak MB",
      "names only ÷",
      "analyze ÷",
      "tls/quic/http/dns",
    ],
    style: { head: [], border: [], compact: true },
  });
  for (const tool of tools) {
    const result = found.get(tool);
    const seconds = wallOf(result);
    if (!result) {
      table.push([tool.title, { content: `missing: Debian package ${tool.debianPackage}`, colSpan: 8 }]);
      continue;
    }
    table.push([
      tool.title,
      seconds.toFixed(2),
      median(result.runs.map(({ userSeconds }) => userSeconds)).toFixed(2),
      Math.round(packets / seconds),
      (bytes / seconds / 1e6).toFixed(0),
      peakText(result.runs),
      (seconds / wallOf(found.get(NAMES_ONLY))).toFixed(2),
      (seconds / wallOf(found.get(ANALYZE))).toFixed(2),
      result.names ? `${namesText(result.names)}${sameNames(result.names, names) ? " =" : ""}` : "",
    ]);
  }
  console.log(table.toString());
}

function printMemory(times: number, before: Map<Tool, Result>): void {
  const long = captureOf(times);
  if (!long) return;
  try {
    for (const tool of BRAKELIGHT) {
      const run = timedRun(tool.command(long.path));
      const rate = Math.round(long.packets / run.wallSeconds);
      const earlier = peakText(before.get(tool)?.runs ?? []);
      console.log(
        `${tool.title}, ${times} times as long: peak ${peakText([run])} MB (before: ${earlier}), ${rate} packets/s`,
      );
    }
  } finally {
    rmSync(long.path, { force: true });
    rmSync(`${long.path}.json`, { force: true });
  }
}

function wallOf(result: Result | undefined): number {
  return median((result?.runs ?? []).map(({ wallSeconds }) => wallSeconds));
}

function peakText(measured: readonly ProcessRun[]): string {
  return (Math.max(...measured.map(({ peakBytes }) => peakBytes)) / 1e6).toFixed(0);
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function namesText({ tls, quic, http, dns }: NameCounts): string {
  return `${tls}/${quic}/${http}/${dns}`;
}

function sameNames(a: NameCounts, b: NameCounts): boolean {
  return a.tls === b.tls && a.quic === b.quic && a.http === b.http && a.dns === b.dns;
}
