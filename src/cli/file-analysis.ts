/**
 * One file of any kind that `analyze` reads: bytes in, judged paths, names, verdicts and problems out.
 * The kind is found by the first bytes: capture, OONI measurements (one a line, or one indented over many lines),
 * or paired-speed CSV.
 */
import type { Problem } from "../base/problem.ts";
import { IndentedMeasurement } from "../observation/indented.ts";
import { LineSplitter } from "../observation/lines.ts";
import { looksLikeOoni, readOoniLine } from "../observation/ooni.ts";
import { looksLikePairedSpeed, PairedSpeedReader } from "../observation/paired-speed.ts";
import { looksLikeCapture } from "../packet/capture.ts";
import { judgeOoniMeasurement } from "../verdict/ooni-verdict.ts";
import { judgePairedSpeedRow } from "../verdict/speed-pair.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { CaptureAnalysis, type CaptureAnalysisOptions, type CaptureConsumer } from "./capture-analysis.ts";

/** The kind must show within this many bytes. */
const SNIFFED_BYTES = 65_536;
/** Later problems of the same file are counted, not listed. */
const MAX_PROBLEMS = 1000;

export type FileKind = "capture" | "ooni" | "paired-speed" | "unknown";

export interface FileConsumer extends CaptureConsumer {
  verdict(line: number, verdict: Verdict): void;
  problem(problem: Problem): void;
}

interface Reader {
  /** False once the rest is of no use. */
  push(bytes: Uint8Array): boolean;
  end(): void;
}

export class FileAnalysis {
  readonly #options: CaptureAnalysisOptions;
  readonly #consumer: FileConsumer;
  #reader: Reader | undefined;
  #first: Uint8Array = new Uint8Array(0);
  #problems = 0;
  packets = 0;
  bytes = 0;
  /** As its first bytes tell; unknown when nothing of it can be read. */
  kind: FileKind = "unknown";

  constructor(options: CaptureAnalysisOptions, consumer: FileConsumer) {
    this.#options = options;
    this.#consumer = consumer;
  }

  push(chunk: Uint8Array): boolean {
    this.bytes += chunk.length;
    if (this.#reader) return this.#reader.push(chunk);
    const first = this.#first.length === 0 ? chunk : joined(this.#first, chunk);
    if (looksLikeCapture(first)) return this.#begin("capture", this.#capture(), first);
    if (first.length < SNIFFED_BYTES) {
      this.#first = first.slice();
      return true;
    }
    return this.#sniffText(first);
  }

  /** `problem` is what ended the reading early, if anything did. */
  end(problem?: Problem): void {
    if (!this.#reader && this.#first.length > 0) this.#sniffText(this.#first);
    if (!this.#reader && this.bytes === 0 && !problem)
      this.#report({ reason: "the file is empty", offset: 0 });
    this.#reader?.end();
    if (problem) this.#report(problem);
    if (this.#problems > MAX_PROBLEMS) {
      this.#consumer.problem({ reason: `${this.#problems - MAX_PROBLEMS} further problems are not listed` });
    }
  }

  #begin(kind: FileKind, reader: Reader, first: Uint8Array): boolean {
    this.kind = kind;
    this.#reader = reader;
    this.#first = new Uint8Array(0);
    return reader.push(first);
  }

  #sniffText(first: Uint8Array): boolean {
    if (looksLikeOoni(first.subarray(0, SNIFFED_BYTES))) return this.#begin("ooni", this.#ooni(), first);
    const firstLine = new TextDecoder()
      .decode(first.subarray(0, SNIFFED_BYTES))
      .replace(/^\uFEFF/, "")
      .split(/\r?\n/, 1)[0]!;
    if (looksLikePairedSpeed(firstLine)) return this.#begin("paired-speed", this.#pairedSpeed(), first);
    this.#report({
      reason:
        "neither a capture (pcap, pcapng) nor OONI measurements nor a paired-speed CSV (docs/format.md has its columns)",
      offset: 0,
    });
    this.#reader = { push: () => false, end: () => {} };
    this.#first = new Uint8Array(0);
    return false;
  }

  #report(problem: Problem): void {
    this.#problems++;
    if (this.#problems <= MAX_PROBLEMS) this.#consumer.problem(problem);
  }

  #capture(): Reader {
    const analysis = new CaptureAnalysis(this.#options, this.#consumer);
    return {
      push: (bytes) => analysis.push(bytes),
      end: () => {
        const problem = analysis.end();
        this.packets = analysis.packets;
        if (problem) this.#report(problem);
      },
    };
  }

  #ooni(): Reader {
    const indented = new IndentedMeasurement((text, line) => this.#measurement(text, line));
    const lines = new LineSplitter(
      (text, line) => indented.line(text, line),
      (problem) => this.#report(problem),
    );
    return {
      push: (bytes) => {
        lines.push(bytes);
        return true;
      },
      end: () => {
        lines.end();
        indented.end();
      },
    };
  }

  #measurement(text: string, line: number): void {
    const reading = readOoniLine(text, line);
    if (!reading.ok) {
      this.#report(reading.problem);
      return;
    }
    for (const note of reading.value.notes) this.#report({ ...note, line });
    this.#consumer.verdict(line, judgeOoniMeasurement(reading.value));
  }

  #pairedSpeed(): Reader {
    const rows = new PairedSpeedReader(
      (row) => this.#consumer.verdict(row.line, judgePairedSpeedRow(row)),
      (problem) => this.#report(problem),
    );
    return {
      push: (bytes) => {
        rows.push(bytes);
        return true;
      },
      end: () => rows.end(),
    };
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
