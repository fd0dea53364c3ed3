/**
 * How `analyze` answers people: for each file a sentence a path and a table of its transfers, or its verdicts.
 * Bounds: the largest paths and the first rows are shown, the rest is counted.
 */
import { basename } from "node:path";
import Table from "cli-table3";
import { counted, formatBytes, formatDuration, formatRate } from "../base/units.ts";
import type { PathJudgement } from "../verdict/slowness/judge-path.ts";
import { colours as pc } from "./colours.ts";
import type { FileKind } from "./file-analysis.ts";
import { type Output, Sink } from "./output.ts";
import type { AnalyzeRecord, PathRecord, TransferRecord, VerdictRecord } from "./records.ts";
import { pathRecords } from "./records.ts";
import { describeDirection } from "./sentences.ts";

/** More rows than fit a screen are counted instead. */
const MAX_TABLE_ROWS = 60;
const MAX_SENTENCES = 20;
const MAX_LISTED = 200;
/** Requests and greetings are left out where there are transfers to show. */
const MIN_SHOWN_PACKETS = 10;

export class PeopleOutput implements Output {
  readonly #sink = new Sink();
  readonly #manyFiles: boolean;
  #paths: { sentence: string; bytes: number; records: (TransferRecord | PathRecord)[] }[] = [];
  #verdicts: VerdictRecord[] = [];
  #states = new Map<string, number>();
  /** How often, by reason. */
  #problems = new Map<string, number>();
  #names: string[] = [];
  #nameCount = 0;
  #pathCount = 0;
  #capture = false;

  constructor(files: number) {
    this.#manyFiles = files > 1;
  }

  beginFile(): void {
    this.#problems = new Map();
    this.#paths = [];
    this.#verdicts = [];
    this.#states = new Map();
    this.#names = [];
    this.#nameCount = 0;
    this.#pathCount = 0;
  }

  path(file: string, judgement: PathJudgement, originUs: number): void {
    this.#pathCount++;
    const records = pathRecords(file, judgement, originUs);
    const main = judgement.directions
      .map((direction) => ({ direction, bytes: payloadOf(direction) }))
      .sort((a, b) => b.bytes - a.bytes)[0]!;
    const [first, second] = judgement.path.addresses;
    const [from, to] = main.direction.from === 0 ? [first, second] : [second, first];
    this.#paths.push({
      sentence: `${pc.bold(`${from} to ${to}`)}: ${describeDirection(main.direction)}`,
      bytes: main.bytes,
      records,
    });
    // Only the largest paths are shown; the rest is counted.
    if (this.#paths.length > 2 * MAX_SENTENCES) {
      this.#paths.sort((a, b) => b.bytes - a.bytes);
      this.#paths.length = MAX_SENTENCES;
    }
  }

  record(record: AnalyzeRecord): void {
    if (record.type === "name") {
      this.#nameCount++;
      if (this.#names.length < MAX_LISTED)
        this.#names.push(
          `  packet ${record.packet}  ${record.protocol.padEnd(4)}  ${record.name}${record.target ?? ""}`,
        );
    } else if (record.type === "verdict") {
      this.#states.set(record.state, (this.#states.get(record.state) ?? 0) + 1);
      if (this.#verdicts.length < MAX_TABLE_ROWS) this.#verdicts.push(record);
    } else if (record.type === "problem") {
      const where =
        record.line !== undefined
          ? `, line ${record.line}`
          : record.offset !== undefined
            ? `, byte ${record.offset}`
            : "";
      const times = this.#problems.get(record.reason) ?? 0;
      this.#problems.set(record.reason, times + 1);
      // Of many lines with the same trouble the first is shown.
      if (times === 0) this.#sink.line(pc.yellow(`${record.file}${where}: ${record.reason}`));
    } else if (record.type === "summary") {
      const speed = record.seconds > 0 ? `, ${formatBytes(record.bytes / record.seconds)}/s` : "";
      this.#sink.line(
        pc.dim(
          `${counted(record.files, "file")}, ${counted(record.packets, "packet")}, ${formatBytes(record.bytes)} in ${record.seconds.toFixed(1)} s${speed}`,
        ),
      );
    }
  }

  endFile(file: string, kind: FileKind): void {
    this.#capture = kind === "capture";
    for (const [reason, times] of this.#problems)
      if (times > 1) this.#sink.line(pc.dim(`and ${times - 1} more times: ${reason}`));
    if (this.#manyFiles) this.#sink.line(pc.underline(basename(file)));
    this.#paths.sort((a, b) => b.bytes - a.bytes);
    const shown = this.#paths.slice(0, MAX_SENTENCES);
    for (const { sentence } of shown) this.#sink.line(sentence);
    if (this.#pathCount > shown.length)
      this.#sink.line(pc.dim(`and ${this.#pathCount - shown.length} smaller paths (--json lists all)`));
    if (this.#capture && this.#pathCount === 0 && this.#nameCount === 0) {
      this.#sink.line("no TCP transfer in it (--names lists the names in DNS and QUIC)");
    }
    if (shown.length > 0) this.#transferTable(shown.flatMap(({ records }) => records));
    this.#verdictTable();
    for (const name of this.#names) this.#sink.line(name);
    if (this.#nameCount > this.#names.length)
      this.#sink.line(pc.dim(`  and ${this.#nameCount - this.#names.length} more names (--json lists all)`));
    this.#sink.flush();
  }

  #transferTable(records: readonly (TransferRecord | PathRecord)[]): void {
    const transfers = records.filter((record): record is TransferRecord => record.type === "transfer");
    const long = transfers.filter(({ dataPackets }) => dataPackets >= MIN_SHOWN_PACKETS);
    const worth = long.length > 0 ? long : transfers;
    const table = new Table({
      head: ["connection", "from", "segment", "payload", "lost", "goodput", "slowness", "rate", "conf."].map(
        pc.bold,
      ),
      style: { head: [], border: [], compact: true },
    });
    for (const record of worth.slice(0, MAX_TABLE_ROWS)) {
      const rate = record.policer ?? record.shaper;
      table.push([
        record.serverName ? `${record.connection}\n${record.serverName}` : record.connection,
        record.from,
        String(record.segment),
        formatBytes(record.payloadBytes),
        `${record.lostPackets}/${record.dataPackets}`,
        formatRate(record.goodputBps),
        record.slowness,
        rate ? formatRate(rate.rateBps) : "",
        record.confidence > 0 ? record.confidence.toFixed(2) : "",
      ]);
    }
    if (table.length > 0) this.#sink.line(table.toString());
    const left = transfers.length - Math.min(worth.length, MAX_TABLE_ROWS);
    if (left > 0) this.#sink.line(pc.dim(`${counted(left, "further segment")} not shown (--json lists all)`));
    const longest = Math.max(0, ...transfers.map(({ durationUs }) => durationUs));
    if (longest > 0)
      this.#sink.line(
        pc.dim(
          `longest segment ${formatDuration(longest)}; rates count IP length + link overhead, goodput counts TCP payload`,
        ),
      );
  }

  #verdictTable(): void {
    if (this.#verdicts.length === 0) return;
    const counts = [...this.#states].map(([state, count]) => `${count} ${state}`).join(", ");
    const total = [...this.#states.values()].reduce((sum, count) => sum + count, 0);
    this.#sink.line(`${pc.bold(`${total} measurement${total === 1 ? "" : "s"}`)}: ${counts}`);
    const table = new Table({
      head: ["line", "network", "target", "state", "mechanism", "rate", "why"].map(pc.bold),
      style: { head: [], border: [], compact: true },
      wordWrap: true,
      colWidths: [7, 11, 26, 14, 17, 13, 58],
    });
    for (const record of this.#verdicts) {
      table.push([
        String(record.line),
        record.asn === undefined ? "" : `AS${record.asn}`,
        record.target ?? "",
        record.state,
        record.mechanisms.join(" "),
        record.rate ? formatRate(record.rate.rateBps) : "",
        shortened(record.evidence.join("; ")),
      ]);
    }
    this.#sink.line(table.toString());
    if (total > this.#verdicts.length)
      this.#sink.line(
        pc.dim(`${total - this.#verdicts.length} further rows are not shown (--json lists all)`),
      );
  }

  finish(): Promise<void> {
    return this.#sink.finish();
  }
}

function payloadOf({ transfers }: PathJudgement["directions"][number]): number {
  let bytes = 0;
  for (const { transfer } of transfers)
    for (const segment of transfer.segments) bytes += segment.payloadBytes;
  return bytes;
}

const MAX_REASON_CHARACTERS = 220;

function shortened(text: string): string {
  return text.length <= MAX_REASON_CHARACTERS ? text : `${text.slice(0, MAX_REASON_CHARACTERS - 1)}…`;
}
