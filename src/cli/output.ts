/**
 * How `analyze` answers programs: JSON records or CSV rows (docs/format.md). For people: people-output.ts.
 */
import { writeSync } from "node:fs";
import type { PathJudgement } from "../verdict/slowness/judge-path.ts";
import type { FileKind } from "./file-analysis.ts";
import type { AnalyzeRecord } from "./records.ts";
import { pathRecords } from "./records.ts";

export interface Output {
  beginFile(file: string): void;
  endFile(file: string, kind: FileKind): void;
  path(file: string, judgement: PathJudgement, originUs: number): void;
  record(record: AnalyzeRecord): void;
  finish(): Promise<void>;
}

const FLUSH_CHARACTERS = 1 << 16;

/** File descriptor of standard output, and how long to wait for whoever reads from it. */
const STDOUT = 1;
const WAIT_MS = 1;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Collects text and writes it in large pieces; a slow reader slows the analysis down, and nothing piles up. */
export class Sink {
  #held: string[] = [];
  #length = 0;

  line(text: string): void {
    this.#held.push(text, "\n");
    this.#length += text.length;
    if (this.#length > FLUSH_CHARACTERS) this.flush();
  }

  flush(): void {
    if (this.#held.length > 0) writeOut(Buffer.from(this.#held.join("")));
    this.#held = [];
    this.#length = 0;
  }

  async finish(): Promise<void> {
    this.flush();
  }
}

/** Returns when the bytes are written, which process.stdout.write does not promise for pipes. */
function writeOut(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(STDOUT, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A reader that has seen enough (head, less) is no error.
      if (code === "EPIPE") process.exit(0);
      if (code !== "EAGAIN") throw error;
      Atomics.wait(sleeper, 0, 0, WAIT_MS);
    }
  }
}

export class JsonOutput implements Output {
  readonly #sink = new Sink();

  beginFile(): void {}
  endFile(): void {}

  path(file: string, judgement: PathJudgement, originUs: number): void {
    for (const record of pathRecords(file, judgement, originUs)) this.record(record);
  }

  record(record: AnalyzeRecord): void {
    this.#sink.line(JSON.stringify(record));
  }

  finish(): Promise<void> {
    return this.#sink.finish();
  }
}

const CSV_COLUMNS = [
  ...[
    "type",
    "file",
    "line",
    "time",
    "asn",
    "networkName",
    "prefix",
    "country",
    "target",
    "state",
    "mechanisms",
  ],
  ...["connection", "between", "from", "segment", "part", "connections", "capturedAt", "serverName"],
  ...["startUs", "durationUs", "payloadBytes", "dataPackets", "lostPackets", "rttMinUs", "goodputBps"],
  ...["slowness", "confidence", "rateBps", "rateLowBps", "rateHighBps", "burstBytes", "scope", "queueUs"],
  ...["evidence", "ruledOut", "measurementId", "origin", "packet", "protocol", "name", "offset", "reason"],
];

export class CsvOutput implements Output {
  readonly #sink = new Sink();

  constructor() {
    this.#sink.line(CSV_COLUMNS.join(","));
  }

  beginFile(): void {}
  endFile(): void {}

  path(file: string, judgement: PathJudgement, originUs: number): void {
    for (const record of pathRecords(file, judgement, originUs)) this.record(record);
  }

  record(record: AnalyzeRecord): void {
    if (record.type === "summary") return;
    const flat: Record<string, unknown> = { ...record };
    if ("policer" in record || "shaper" in record) Object.assign(flat, record.policer ?? record.shaper);
    if (record.type === "path") flat["between"] = record.between.join(" ");
    if (record.type === "verdict") {
      const { rateBps, interval } = record.rate ?? {};
      Object.assign(flat, { rateBps, rateLowBps: interval?.lowBps, rateHighBps: interval?.highBps });
    }
    if ("mechanisms" in record) flat["mechanisms"] = record.mechanisms.join(" ");
    if ("evidence" in record) {
      flat["evidence"] = record.evidence.join("; ");
      flat["ruledOut"] = record.ruledOut
        .map(({ explanation, because }) => `${explanation}: ${because}`)
        .join("; ");
    }
    this.#sink.line(CSV_COLUMNS.map((column) => csvCell(flat[column])).join(","));
  }

  finish(): Promise<void> {
    return this.#sink.finish();
  }
}

/** RFC 4180; a leading formula sign is defused for spreadsheets. */
export function csvCell(value: unknown): string {
  if (value === undefined || value === null) return "";
  let text = String(value);
  if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
